// Responses that `fetch` has received: the platform takes a compression off their content, but leaves the fields as they came. Who
// passes such a response on would say `Content-Encoding: gzip` of content that is none any more.

/** Bodies of responses whose compression was taken off. */
const bodies = new WeakSet<object>()

/** What the platform knows to decode (WHATWG Fetch section 4.6). With any other coding in the list it decodes nothing. */
const DECODED: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'deflate', 'br', 'zstd'])

/** Remembers a response of `fetch`, for the case that its body is put into another. */
export function noteDecoded(response: Response): Response {
  const { body } = response
  if (body !== null && isCoded(response)) bodies.add(body)
  return response
}

/** Whether the content of the response is no longer in the coding that its fields name. */
export function isDecoded(response: Response): boolean {
  const { body, url } = response
  // Only what `fetch` received has a URL.
  return body !== null && (bodies.has(body) || (url !== '' && isCoded(response)))
}

function isCoded({ headers }: Response): boolean {
  const codings = headers.get('content-encoding')?.toLowerCase().split(',') ?? []
  return codings.length > 0 && codings.every(coding => DECODED.has(coding.trim()))
}
