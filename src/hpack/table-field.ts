// A field as the tables hold it.
import { FIELD_OVERHEAD, type HpackField } from './field.ts'

export class TableField implements HpackField {
  readonly name: string
  readonly value: string
  readonly sensitive: boolean
  verdict = 0
  /** In bytes: what the field takes in a table or counts in a list (RFC 7541 section 4.1). */
  readonly size: number

  constructor(name: string, value: string, sensitive: boolean) {
    this.name = name
    this.value = value
    this.sensitive = sensitive
    this.size = name.length + value.length + FIELD_OVERHEAD
  }
}
