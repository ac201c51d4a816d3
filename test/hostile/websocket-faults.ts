// What a WebSocket peer may send that is wrong, as a table: the bytes, and the code and rule that it is closed with.
// docs/abuse.md has the same table, by kinds.
import { closing, frame, KB, MB } from './websocket-support.ts'

export interface Fault {
  readonly name: string
  /** The close code it is answered with. */
  readonly code: number
  readonly rule: string
  readonly bytes: Uint8Array
}

const text = (payload: Uint8Array | string): Uint8Array => frame({ opcode: 'text', payload })
const wrongText = (name: string, hex: string): Fault => ({
  name: `text that is not UTF-8: ${name}`,
  code: 1007,
  rule: 'invalid-utf8',
  bytes: text(Buffer.from(hex, 'hex')),
})
const wrongOpcode = (opcode: number): Fault => ({
  name: `opcode ${opcode}`,
  code: 1002,
  rule: 'reserved-opcode',
  bytes: frame({ opcode }),
})
const wrongBit = (reserved: number, opcode: 'text' | 'ping' | 'close'): Fault => ({
  name: `reserved bit ${reserved.toString(16)} on ${opcode}`,
  code: 1002,
  rule: 'reserved-bits',
  bytes: frame({ opcode, reserved }),
})
const wrongCode = (code: number): Fault => ({
  name: `close code ${code}`,
  code: 1002,
  rule: 'invalid-close-code',
  bytes: closing(code),
})

/** What WebSocket forbids, in the clear of any extension. */
export const FAULTS: readonly Fault[] = [
  { name: 'text without a mask', code: 1002, rule: 'mask-missing', bytes: frame({ opcode: 'text', masked: false }) },
  { name: 'a ping without a mask', code: 1002, rule: 'mask-missing', bytes: frame({ opcode: 'ping', masked: false }) },
  {
    name: 'a close without a mask',
    code: 1002,
    rule: 'mask-missing',
    bytes: frame({ opcode: 'close', masked: false }),
  },
  ...[0x40, 0x20, 0x10, 0x70].map(bits => wrongBit(bits, 'text')),
  wrongBit(0x40, 'ping'),
  wrongBit(0x40, 'close'),
  {
    name: 'a reserved bit on a continuation',
    code: 1002,
    rule: 'reserved-bits',
    bytes: Buffer.concat([frame({ fin: false, payload: 'a' }), frame({ opcode: 'continuation', reserved: 0x40 })]),
  },
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(wrongOpcode),
  {
    name: 'a ping of 126 bytes',
    code: 1002,
    rule: 'control-too-long',
    bytes: frame({ opcode: 'ping', payload: 'x'.repeat(126) }),
  },
  {
    name: 'a close of 126 bytes',
    code: 1002,
    rule: 'control-too-long',
    bytes: frame({ opcode: 'close', payload: 'x'.repeat(126) }),
  },
  {
    name: 'a pong of 64 KB',
    code: 1002,
    rule: 'control-too-long',
    bytes: frame({ opcode: 'pong', payload: 'x'.repeat(64 * KB) }),
  },
  { name: 'a ping in fragments', code: 1002, rule: 'fragmented-control', bytes: frame({ opcode: 'ping', fin: false }) },
  {
    name: 'a close in fragments',
    code: 1002,
    rule: 'fragmented-control',
    bytes: frame({ opcode: 'close', fin: false }),
  },
  {
    name: 'a continuation of nothing',
    code: 1002,
    rule: 'unexpected-continuation',
    bytes: frame({ opcode: 'continuation' }),
  },
  {
    name: 'a continuation of what was over',
    code: 1002,
    rule: 'unexpected-continuation',
    bytes: Buffer.concat([
      frame({ fin: false, payload: 'a' }),
      frame({ opcode: 'continuation', payload: 'b' }),
      frame({ opcode: 'continuation', payload: 'c' }),
    ]),
  },
  {
    name: 'a message within another',
    code: 1002,
    rule: 'continuation-expected',
    bytes: Buffer.concat([frame({ fin: false, payload: 'a' }), frame({ opcode: 'text', payload: 'b' })]),
  },
  {
    name: 'a length of 16 bits that 7 could say',
    code: 1002,
    rule: 'length-not-minimal',
    bytes: frame({ payload: 'x'.repeat(125), announced: { bits: 16, length: 125n } }),
  },
  {
    name: 'a length of 64 bits that 16 could say',
    code: 1002,
    rule: 'length-not-minimal',
    bytes: frame({ announced: { bits: 64, length: 65_535n } }),
  },
  {
    name: 'a length of 64 bits that says 0',
    code: 1002,
    rule: 'length-not-minimal',
    bytes: frame({ announced: { bits: 64, length: 0n } }),
  },
  {
    name: 'a length of 64 bits with the highest set',
    code: 1002,
    rule: 'length-too-large',
    bytes: frame({ announced: { bits: 64, length: 1n << 63n } }),
  },
  {
    name: 'a length of 2^62 bytes',
    code: 1009,
    rule: 'message-too-large',
    bytes: frame({ announced: { bits: 64, length: 1n << 62n } }),
  },
  {
    name: 'a length of 2^53 + 1 bytes',
    code: 1009,
    rule: 'message-too-large',
    bytes: frame({ announced: { bits: 64, length: (1n << 53n) + 1n } }),
  },
  {
    name: 'a length of 2^32 bytes',
    code: 1009,
    rule: 'message-too-large',
    bytes: frame({ announced: { bits: 64, length: 1n << 32n } }),
  },
  {
    name: 'a length of one byte too many',
    code: 1009,
    rule: 'message-too-large',
    bytes: frame({ announced: { bits: 64, length: BigInt(MB + 1) } }),
  },
  {
    name: 'a continuation that makes a message of 2^62 bytes',
    code: 1009,
    rule: 'message-too-large',
    bytes: Buffer.concat([
      frame({ fin: false, payload: 'a' }),
      frame({ opcode: 'continuation', announced: { bits: 64, length: 1n << 62n } }),
    ]),
  },
  { name: 'a close of one byte', code: 1002, rule: 'invalid-close', bytes: frame({ opcode: 'close', payload: 'x' }) },
  ...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map(wrongCode),
  {
    name: 'a close reason that is not UTF-8',
    code: 1007,
    rule: 'invalid-close-reason',
    bytes: closing(1000, Buffer.from([0xff])),
  },
  {
    name: 'a close reason that is cut within a character',
    code: 1007,
    rule: 'invalid-close-reason',
    bytes: closing(1000, Buffer.from([0x61, 0xc3])),
  },
  wrongText('a byte that goes on nothing', '80'),
  wrongText('FF', '61ff'),
  wrongText('NUL in two bytes', 'c080'),
  wrongText('a slash in three bytes', 'e080af'),
  wrongText('four bytes where three do', 'f08fbfbf'),
  wrongText('half a surrogate pair', 'eda080'),
  wrongText('a pair of surrogates', 'eda0bdedb080'),
  wrongText('above U+10FFFF', 'f4908080'),
  wrongText('five bytes', 'f888808080'),
  wrongText('cut within a character', 'c3a9e282'),
  {
    name: 'text that is not UTF-8 in its second fragment',
    code: 1007,
    rule: 'invalid-utf8',
    bytes: Buffer.concat([
      frame({ opcode: 'text', fin: false, payload: Buffer.from([0xe2, 0x82]) }),
      frame({ opcode: 'ping' }),
      frame({ opcode: 'continuation', fin: false, payload: Buffer.from([0x41]) }),
    ]),
  },
  {
    name: 'text that is cut within a character by an empty last fragment',
    code: 1007,
    rule: 'invalid-utf8',
    bytes: Buffer.concat([
      frame({ opcode: 'text', fin: false, payload: Buffer.from([0xe2, 0x82]) }),
      frame({ opcode: 'continuation' }),
    ]),
  },
  {
    name: 'the first wrong byte of text that is not complete',
    code: 1007,
    rule: 'invalid-utf8',
    bytes: frame({ opcode: 'text', fin: false, payload: Buffer.from([0x61, 0xff]) }).subarray(0, 8),
  },
  {
    name: 'empty fragments without end',
    code: 1008,
    rule: 'too-many-fragments',
    bytes: Buffer.concat([
      frame({ fin: false }),
      ...Array.from({ length: 1001 }, () => frame({ opcode: 'continuation', fin: false })),
    ]),
  },
]
