// Everything that a header block is refused for, as data: the rule's name, the section of RFC 7541 it stands in, and what
// would have been right. The tables of both sides differ after any of them: the connection cannot go on.

/** Every rule, with its section and a sentence. */
export const RULES = {
  'integer-overflow': {
    section: 'RFC 7541 section 5.1',
    detail: 'An integer must not be above 2147483647, nor have more than five bytes behind its prefix',
  },
  'zero-index': { section: 'RFC 7541 section 6.1', detail: 'An indexed field must not have the index 0' },
  'unknown-index': { section: 'RFC 7541 section 2.3.3', detail: 'An index must name a field of one of the tables' },
  'string-too-long': {
    section: 'RFC 7541 section 7.4',
    detail: 'A string must not be longer than the decoder takes at all',
  },
  'huffman-end-of-string': {
    section: 'RFC 7541 section 5.2',
    detail: 'A string in Huffman code must not have the end-of-string symbol in it',
  },
  'huffman-long-padding': {
    section: 'RFC 7541 section 5.2',
    detail: 'The padding of a string in Huffman code must be shorter than 8 bits',
  },
  'huffman-wrong-padding': {
    section: 'RFC 7541 section 5.2',
    detail: 'The padding of a string in Huffman code must be bits that are 1',
  },
  'late-size-update': {
    section: 'RFC 7541 section 4.2',
    detail: 'The size of the dynamic table can be changed only before the first field of a block',
  },
  'too-many-size-updates': {
    section: 'RFC 7541 section 4.2',
    detail:
      'The size of the dynamic table changes at most twice before a block: to the smallest it had to be, and to what it is now',
  },
  'size-update-above-limit': {
    section: 'RFC 7541 section 6.3',
    detail: 'The dynamic table must not be made larger than the limit that was agreed upon',
  },
  'missing-size-update': {
    section: 'RFC 7541 section 4.2',
    detail: 'The limit was lowered: the next block must begin by making the dynamic table as small as that',
  },
  truncated: { section: 'RFC 7541 section 6', detail: 'A block must not end inside a field' },
} as const satisfies Record<string, { readonly section: string; readonly detail: string }>

/** The name of a rule. */
export type HpackRuleName = keyof typeof RULES

/** A broken rule. */
export interface HpackError {
  /** The rule that was broken. */
  readonly rule: HpackRuleName
  /** Where the rule stands, such as `RFC 7541 section 5.1`. */
  readonly section: string
  /** What was wrong and what would be right, in one sentence. */
  readonly detail: string
  /** In bytes from the block's first one: where the field, or what else it is, begins that breaks the rule. */
  readonly offset: number
}

export function broken(rule: HpackRuleName, offset: number): HpackError {
  return { rule, ...RULES[rule], offset }
}
