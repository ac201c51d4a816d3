// Media types (RFC 9110 section 8.3.1) as Content-Type carries them.
import { consistsOf, TOKEN } from '../bytes/classes.ts'
import { parseParameters, token, tokenOrQuoted, trimmed } from './lists.ts'

/** A media type with its parameters (RFC 9110 section 8.3.1). */
export interface MediaType {
  /** In lower case, as the subtype is. */
  readonly type: string
  /** In lower case. */
  readonly subtype: string
  /** Names in lower case, values unquoted and as sent. */
  readonly parameters: ReadonlyMap<string, string>
}

/** `type/subtype; name=value`, or null where the text is no media type or a parameter comes twice. */
export function parseMediaType(text: string): MediaType | null {
  const semicolon = text.indexOf(';')
  const essence = trimmed(text, 0, semicolon === -1 ? text.length : semicolon).toLowerCase()
  const slash = essence.indexOf('/')
  const type = essence.slice(0, Math.max(0, slash))
  const subtype = essence.slice(slash + 1)
  if (!consistsOf(type, TOKEN) || !consistsOf(subtype, TOKEN)) return null
  const parameters = semicolon === -1 ? new Map<string, string>() : parseParameters(text.slice(semicolon + 1))
  return parameters === null ? null : { type, subtype, parameters }
}

/** The media type as it is sent; parameters are quoted where they must be. @throws TypeError where type, subtype or a name is no token, or a value cannot be quoted */
export function formatMediaType(media: MediaType): string {
  let text = `${token(media.type)}/${token(media.subtype)}`
  for (const [name, value] of media.parameters) text += `; ${token(name)}=${tokenOrQuoted(value)}`
  return text
}
