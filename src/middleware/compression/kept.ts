// Compressed forms of content that is sent many times over: files in memory, constants. They are found by the `Content`
// itself, so a file that has changed, whose content is a new object, can never be answered with an old form. The least
// recently used go first when the bound in bytes is reached; forms of a content that is gone go with it.
import { LRUCache } from 'lru-cache'
import { Content, type Reply } from '../../exchange/index.ts'
import type { FieldList } from '../../http/fields.ts'
import type { Coding } from './codings.ts'

/** A content in one coding. */
export interface Form {
  /** null where the coding makes it no smaller. */
  readonly content: Content | null
  /** The last reply that was made with it, and what of; fields are immutable, so the same fields give the same reply. */
  made: { readonly status: number; readonly fields: FieldList; readonly reply: Reply } | null
}

/** The forms of one content. It must not hold on to the content. */
interface Forms {
  readonly byCoding: Map<Coding, Form | Promise<Form>>
}

/** What a form takes besides its bytes: objects, fields, its place in the tables. */
const OVERHEAD = 1024
/** The wire keeps content up to this size a second time, as text. */
const KEPT_TWICE = 8 * 1024

export class KeptForms {
  private readonly byContent = new WeakMap<Content, Forms>()
  private readonly recent: LRUCache<Forms, true> | null
  private readonly gone: FinalizationRegistry<Forms>

  /** @param bytes the most that is kept; 0 for nothing: then a content is still compressed but once for requests at the same time */
  constructor(bytes: number) {
    this.recent =
      bytes === 0
        ? null
        : new LRUCache({
            maxSize: bytes,
            dispose: (_, forms, reason) => {
              if (reason !== 'set') forms.byCoding.clear()
            },
          })
    this.gone = new FinalizationRegistry(forms => this.recent?.delete(forms))
  }

  /** Bytes kept. */
  get size(): number {
    return this.recent?.calculatedSize ?? 0
  }

  /** The content's form in a coding: at once where it is kept, or where making it takes no waiting. */
  form(
    content: Content,
    coding: Coding,
    compress: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>,
  ): Form | Promise<Form> {
    const forms = this.formsOf(content)
    this.recent?.get(forms)
    const known = forms.byCoding.get(coding)
    if (known !== undefined) return known
    const compressed = compress(content.bytes)
    if (!(compressed instanceof Promise)) return this.keep(forms, coding, formOf(content, compressed))
    const coming = compressed.then(
      bytes => this.keep(forms, coding, formOf(content, bytes)),
      error => {
        forms.byCoding.delete(coding)
        throw error
      },
    )
    forms.byCoding.set(coding, coming)
    return coming
  }

  private formsOf(content: Content): Forms {
    let forms = this.byContent.get(content)
    if (forms === undefined) {
      forms = { byCoding: new Map() }
      this.byContent.set(content, forms)
      this.gone.register(content, forms)
    }
    return forms
  }

  private keep(forms: Forms, coding: Coding, form: Form): Form {
    if (this.recent === null) {
      forms.byCoding.delete(coding)
      return form
    }
    forms.byCoding.set(coding, form)
    this.recent.set(forms, true, { size: weightOf(forms) })
    // One that is larger than the bound was not taken.
    if (!this.recent.has(forms)) forms.byCoding.clear()
    return form
  }
}

function formOf(content: Content, compressed: Uint8Array): Form {
  const smaller = compressed.length < content.bytes.length
  // What zlib gives may be a view of a larger block, which would be kept as a whole.
  return { content: smaller ? new Content(new Uint8Array(compressed)) : null, made: null }
}

function weightOf({ byCoding }: Forms): number {
  let weight = OVERHEAD
  for (const form of byCoding.values()) {
    const size = form instanceof Promise ? 0 : (form.content?.bytes.length ?? 0)
    weight += OVERHEAD + size * (size <= KEPT_TWICE ? 2 : 1)
  }
  return weight
}
