// What a refusal says to a person who did not write the program: a title and a sentence for each status.
import { statusText } from '../../http/status.ts'

interface Wording {
  readonly title: string
  readonly sentence: string
}

const WORDINGS: Readonly<Record<number, string>> = {
  400: 'The server could not make sense of this request.',
  401: 'This page asks for a name and a password.',
  403: 'This may not be opened.',
  404: 'There is nothing at this address. It may have moved, or there may be a slip in the link.',
  405: 'This address does not take requests of this kind.',
  406: 'There is no version of this page that your program says it can read.',
  408: 'The request took too long to arrive.',
  409: 'The request does not fit with how things stand here now.',
  410: 'This was here once, and is gone for good.',
  411: 'The request must say how long its content is.',
  412: 'This has changed since you last saw it.',
  413: 'What was sent is larger than this server takes.',
  414: 'The address is longer than this server reads.',
  415: 'Content of this kind is not taken here.',
  416: 'The part that was asked for lies beyond the end of the file.',
  417: 'The request expects what this server cannot do.',
  421: 'The request came to a server that does not answer for this host.',
  425: 'The request came too early to be safe. Please try again.',
  426: 'This address needs another protocol.',
  428: 'The request must say which version it is meant for.',
  429: 'Too many requests came in a short time. Please wait a little.',
  431: 'The request carries more fields than this server reads. Deleting this site’s cookies may help.',
  500: 'Something went wrong on the server. It is not your doing.',
  501: 'This server cannot do what was asked.',
  502: 'The server behind this one gave no usable answer.',
  503: 'The server cannot answer now. Please try again in a while.',
  504: 'The server behind this one did not answer in time.',
  505: 'This version of HTTP is not spoken here.',
  507: 'There is no room left to keep what was sent.',
}

/** The words for a status; for one that is not registered, those of its class (RFC 9110 section 15). */
export function wording(status: number): Wording {
  const general = status < 500 ? 400 : 500
  return {
    title: statusText(status) || (general === 400 ? 'Request Refused' : 'Server Error'),
    sentence: WORDINGS[status] ?? WORDINGS[general],
  }
}
