// Puts the script tag into replies that are whole HTML pages, and leaves every other reply as it is.
import { type Body, Content, Reply, type ReplyBody, Tunnel } from '../../exchange/index.ts'
import type { FieldList } from '../../http/fields.ts'

/** The reply with the tag in it, if it is an HTML page that can take it; others are asked for again each time, since they change as well. */
export function injected(reply: Reply, tag: string): Reply {
  const { fields, status, body } = reply
  if (!isWholePage(reply)) return fields.has('Cache-Control') ? reply.with('Cache-Control', 'no-cache') : reply
  const changed = withTag(body, tag)
  // What the site said about this content is not true of the changed one, and an old copy must not be used again.
  const without = [
    'Content-Length',
    'ETag',
    'Last-Modified',
    'Accept-Ranges',
    'Content-Digest',
    'Repr-Digest',
    'Content-MD5',
  ]
  let kept = without.reduce((list, name) => list.without(name), fields)
  const length = lengthOf(changed)
  if (length !== undefined && fields.has('Content-Length')) kept = kept.with('Content-Length', length)
  return new Reply(status, allowed(kept).with('Cache-Control', 'no-store'), changed, reply.trailers)
}

function isWholePage({ status, fields, body }: Reply): boolean {
  if (status === 206 || status === 204 || status === 304 || body instanceof Tunnel) return false
  if ((fields.get('Content-Encoding') ?? 'identity') !== 'identity' || fields.has('Content-Disposition')) return false
  const type = fields.get('Content-Type') ?? ''
  // In UTF-16 the tag's bytes would be other characters.
  return /^text\/html\s*(;|$)/i.test(type) && !/charset\s*=\s*"?utf-(16|32)/i.test(type)
}

function withTag(body: ReplyBody, tag: string): ReplyBody {
  if (body === null) return null
  if (typeof body === 'string') {
    const at = endOfPage(body)
    return body.slice(0, at) + tag + body.slice(at)
  }
  if (body instanceof Content) return inBytes(body.bytes, tag)
  if (body instanceof Uint8Array) return inBytes(body, tag)
  return body instanceof Tunnel ? body : new WithTail(body, new TextEncoder().encode(tag))
}

function inBytes(bytes: Uint8Array, tag: string): Uint8Array {
  if ((bytes[0] === 0xfe && bytes[1] === 0xff) || (bytes[0] === 0xff && bytes[1] === 0xfe)) return bytes
  const page = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const at = endOfPage(page.toString('latin1'))
  return Buffer.concat([page.subarray(0, at), Buffer.from(tag), page.subarray(at)])
}

/** Where the tag goes: before the last `</body>`, or else at the end. */
function endOfPage(page: string): number {
  // Not by way of toLowerCase, which makes two characters of some, such as İ.
  let at = page.length
  for (const { index } of page.matchAll(/<\/body/gi)) at = index
  return at
}

function lengthOf(body: ReplyBody): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (body instanceof Uint8Array) return body.length
  return body instanceof WithTail ? body.length : undefined
}

/** Content that streams gets the tag at its end, where browsers take a script too: looking for the right place would hold it up. */
class WithTail implements Body {
  readonly length: number | undefined
  private readonly inner: Body
  private tail: Uint8Array | null
  private innerEnded = false

  constructor(inner: Body, tail: Uint8Array) {
    this.inner = inner
    this.tail = tail
    this.length = inner.length === undefined ? undefined : inner.length + tail.length
  }

  pull() {
    if (this.innerEnded) return this.takeTail()
    const chunk = this.inner.pull()
    return chunk instanceof Promise ? chunk.then(settled => settled ?? this.end()) : (chunk ?? this.end())
  }

  cancel(reason: unknown): void {
    if (!this.innerEnded) this.inner.cancel(reason)
  }

  private end(): Uint8Array | null {
    this.innerEnded = true
    return this.takeTail()
  }

  private takeTail(): Uint8Array | null {
    const { tail } = this
    this.tail = null
    return tail
  }
}

/** A page's own policy, with what the script needs added to it: itself and its event stream, from this server. */
function allowed(fields: FieldList): FieldList {
  const policies = fields.all('Content-Security-Policy')
  if (policies.length === 0) return fields
  let list = fields.without('Content-Security-Policy')
  for (const policy of policies) list = list.and('Content-Security-Policy', policyWithSelf(policy))
  return list
}

/** What decides about a script's file and about event streams, the strongest directive first, and where a permission is added if only default-src is there. */
const NEEDED: readonly { readonly decides: readonly string[]; readonly instead: string }[] = [
  { decides: ['script-src-elem', 'script-src', 'default-src'], instead: 'script-src' },
  { decides: ['connect-src', 'default-src'], instead: 'connect-src' },
]

function policyWithSelf(policy: string): string {
  const directives = new Map<string, readonly string[]>()
  for (const directive of policy.split(';')) {
    const [name, ...sources] = directive.trim().split(/\s+/)
    // The first of a name counts (Content Security Policy Level 3, section 2.2.1).
    if (name !== '' && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), sources)
  }
  for (const { decides, instead } of NEEDED) {
    const inForce = decides.find(name => directives.has(name))
    if (inForce === undefined) continue
    const sources = (directives.get(inForce) ?? []).filter(source => !/^'(none|self)'$/i.test(source))
    directives.set(inForce === 'default-src' ? instead : inForce, [...sources, "'self'"])
  }
  return [...directives].map(([name, sources]) => [name, ...sources].join(' ')).join('; ')
}
