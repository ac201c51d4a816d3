// Reads the vectors of handshakes, and of what becomes of the connection behind them.
import { canonical, FrameWriter, type Role } from './notation.ts'
import { expand, latin1Of, type Page, readSections } from './vectors.ts'

export type WireName = 'HTTP/1.1' | 'HTTP/2'

/** A handshake as it differs from the usual one, and what is answered. */
export interface Handshake extends Page {
  readonly role: Role
  /** Those that it is about. */
  readonly wires: readonly WireName[]
  readonly asked: Asked
  /** Fields that the answer has; undefined for one that it must not have. A server's whole answer where the role is client. */
  readonly answer: { readonly status: string; readonly fields: readonly (readonly [string, string | undefined])[] }
  /** What is told as soon as the handshake has been answered. */
  readonly told: readonly string[]
  /** And what is sent then, behind the answer. */
  readonly sent: readonly string[]
  readonly steps: readonly HandshakeStep[]
}

/** What is different about the request. */
export interface Asked {
  /** Whole lines that replace the method or the version. */
  readonly method?: string
  readonly version?: string
  /** Instead of the usual fields of the same names, or besides the usual ones. */
  readonly fields: readonly (readonly [string, string])[]
  readonly leftOut: readonly string[]
  /** Bytes behind the head. */
  readonly content: string
  readonly endsStream: boolean
}

export interface HandshakeStep {
  /** What the client sends; null where it is not bytes. */
  readonly bytes: Uint8Array | null
  readonly line: string
  readonly told: readonly string[]
  readonly sent: readonly string[]
}

export function readHandshakes(): Handshake[] {
  return readSections('handshake').map(([page, block]) => parseHandshake(page, block))
}

function parseHandshake(page: Page, block: string): Handshake {
  const { file, name, options } = page
  const asked = { fields: [] as [string, string][], leftOut: [] as string[], content: '', endsStream: false }
  const line: { method?: string; version?: string } = {}
  const answer = { status: '', fields: [] as [string, string | undefined][] }
  const [told, sent]: string[][] = [[], []]
  const steps: { bytes: Uint8Array | null; line: string; told: string[]; sent: string[] }[] = []
  const writer = new FrameWriter('client')
  for (const whole of block.split('\n').filter(Boolean)) {
    const [, mark, text] = whole.match(/^([?=>!<*]) (.*)$/) ?? []
    const [, field, value] = text?.match(/^(:?[\w-]+): ?(.*)$/) ?? []
    if (mark === '?' && text.startsWith('-')) asked.leftOut.push(text.slice(1).toLowerCase())
    else if (mark === '?' && field !== undefined) asked.fields.push([field, latin1Of(value)])
    else if (mark === '?' && /^HTTP\//.test(text)) line.version = text
    else if (mark === '?' && text.startsWith('content ')) asked.content = latin1Of(text.slice(9, -1))
    else if (mark === '?' && text === 'END_STREAM') asked.endsStream = true
    else if (mark === '?') line.method = text
    else if (mark === '=' && field !== undefined) answer.fields.push([field, latin1Of(value)])
    else if (mark === '=' && text.startsWith('-')) answer.fields.push([text.slice(1), undefined])
    else if (mark === '=') answer.status = text
    else if (mark === '>' && /^(FIN|RESET)$/.test(text)) steps.push({ bytes: null, line: text, told: [], sent: [] })
    else if (mark === '>') {
      const bytes = Buffer.concat(expand(text).map(one => writer.bytesOfLine(one)))
      steps.push({ bytes, line: text, told: [], sent: [] })
    } else if (mark === '!') steps.push({ bytes: null, line: text, told: [], sent: [] })
    else if (mark === '<') (steps.at(-1)?.sent ?? sent).push(...expand(text).map(canonical))
    else if (mark === '*') (steps.at(-1)?.told ?? told).push(...expand(text).map(canonical))
    else throw new SyntaxError(`${file}, «${name}»: «${whole}» has none of the marks ? = > ! < *`)
  }
  const wire = options.get('Wire') as WireName | undefined
  return {
    ...page,
    role: options.get('Role') === 'client' ? 'client' : 'server',
    wires: wire === undefined ? ['HTTP/1.1', 'HTTP/2'] : [wire],
    asked: { ...asked, ...line },
    answer,
    told,
    sent,
    steps,
  }
}
