// The encoder's table: a dynamic table that knows where a field is, or at least its name.
import { DynamicTable, type Sized } from './dynamic-table.ts'
import { FIELD_OVERHEAD } from './field.ts'
import { LAST_STATIC, STATIC_NAMES, STATIC_TABLE } from './static-table.ts'

/** A field that the peer has in its table too. */
interface SentField extends Sized {
  readonly name: string
  readonly value: string
  /** How many were added before it. */
  readonly number: number
  /** The one before with the same name; null where there is none in the table. */
  older: SentField | null
  /** The one after it with the same name. */
  newer: SentField | null
}

export class EncoderTable extends DynamicTable<SentField> {
  private added = 0
  /** The newest field of each name. */
  private readonly newestOf = new Map<string, SentField>()

  /**
   * Looks a field up in both tables.
   * @returns its index; where only the name was found, the index of a field with that name, below zero; else 0
   */
  find(name: string, value: string): number {
    const newest = this.newestOf.get(name)
    if (newest !== undefined)
      for (let one: SentField | null = newest; one !== null; one = one.older)
        if (one.value === value) return this.indexOf(one)
    const first = STATIC_NAMES.get(name)
    if (first === undefined) return newest === undefined ? 0 : -this.indexOf(newest)
    for (let index = first; index <= LAST_STATIC && STATIC_TABLE[index].name === name; index++)
      if (STATIC_TABLE[index].value === value) return index
    return -first
  }

  /** Whether the field could be in the table. */
  fits(name: string, value: string): boolean {
    return name.length + value.length + FIELD_OVERHEAD <= this.limit
  }

  /** Adds a field that fits. */
  insert(name: string, value: string): void {
    const size = name.length + value.length + FIELD_OVERHEAD
    const field: SentField = { size, name, value, number: this.added++, older: null, newer: null }
    // This may take away what has the same name, so that has to be looked for afterwards.
    this.add(field)
    field.older = this.newestOf.get(name) ?? null
    if (field.older !== null) field.older.newer = field
    this.newestOf.set(name, field)
  }

  protected override leaves(oldest: SentField): void {
    if (oldest.newer === null) this.newestOf.delete(oldest.name)
    else oldest.newer.older = null
  }

  private indexOf(field: SentField): number {
    return LAST_STATIC + this.added - field.number
  }
}
