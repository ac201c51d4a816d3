// RFC 6455 section 5 as plainly as it can be: all the bytes that a peer has sent, at once, and what has to be told and sent for them.
import { isSendableCode } from '../../src/websocket/index.ts'
import type { Role } from './notation.ts'

/** Told or sent, in order. */
export type Told =
  | { readonly told: 'message'; readonly text: boolean; readonly payload: string }
  | { readonly told: 'pong'; readonly payload: string }
  | { readonly told: 'closing'; readonly code: number; readonly reason: string }
  | { readonly told: 'failed'; readonly rule: string; readonly offset: number }
  | { readonly sent: 'pong' | 'close'; readonly payload: string }

interface Limits {
  readonly messageBytes: number
  readonly emptyFragments: number
}

/** What comes of these bytes, also where they end in the middle of something. @param ended the peer has ended behind them */
export function plainlyRead(bytes: Uint8Array, role: Role, limits: Limits, ended: boolean): Told[] {
  const all: Told[] = []
  let message: { text: boolean; payload: Uint8Array; empty: number } | null = null
  let at = 0
  for (;;) {
    const fail = (rule: string, code: number, offset = at): Told[] => {
      all.push({ sent: 'close', payload: hex(Buffer.concat([u16(code), Buffer.from(rule)])) })
      all.push({ told: 'failed', rule, offset })
      return all
    }
    const end = (): Told[] => {
      if (!ended) return all
      if (at === bytes.length && message === null) all.push({ told: 'closing', code: 1006, reason: '' })
      else all.push({ told: 'failed', rule: 'incomplete-message', offset: bytes.length })
      return all
    }
    if (bytes.length - at < 2) return end()
    const [first, second] = bytes.subarray(at)
    const final = first >= 0x80
    const opcode = first % 16
    if ((first & 0x30) !== 0) return fail('reserved-bits', 1002)
    if (![0, 1, 2, 8, 9, 10].includes(opcode)) return fail('reserved-opcode', 1002)
    if (second >= 0x80 && role === 'client') return fail('mask-forbidden', 1002)
    if (second < 0x80 && role === 'server') return fail('mask-missing', 1002)
    if ((first & 0x40) !== 0) return fail('reserved-bits', 1002)
    const isControl = opcode >= 8
    const short = second % 128
    if (isControl && !final) return fail('fragmented-control', 1002)
    if (isControl && short > 125) return fail('control-too-long', 1002)
    if (opcode === 0 && message === null) return fail('unexpected-continuation', 1002)
    if (!isControl && opcode !== 0 && message !== null) return fail('continuation-expected', 1002)
    const more = short === 126 ? 2 : short === 127 ? 8 : 0
    const head = 2 + more + (role === 'server' ? 4 : 0)
    if (bytes.length - at < head) return end()
    const digits = bytes.subarray(at + 2, at + 2 + more)
    const length = more === 0 ? BigInt(short) : BigInt(`0x${hex(digits)}`)
    if ((more === 2 && length < 126n) || (more === 8 && length < 65536n)) return fail('length-not-minimal', 1002)
    if (length >= 2n ** 63n) return fail('length-too-large', 1002)
    const before: Uint8Array = message?.payload ?? new Uint8Array(0)
    if (!isControl && length + BigInt(before.length) > limits.messageBytes) return fail('message-too-large', 1009)
    const key = bytes.subarray(at + head - 4, at + head)
    const came = Uint8Array.from(bytes.subarray(at + head, at + head + Number(length)), (byte, i) =>
      role === 'server' ? byte ^ key[i % 4] : byte,
    )
    const isWhole = BigInt(came.length) === length
    if (isControl) {
      if (!isWhole) return end()
      if (opcode === 9) all.push({ sent: 'pong', payload: hex(came) })
      if (opcode === 10) all.push({ told: 'pong', payload: hex(came) })
      if (opcode === 8) {
        if (came.length === 1) return fail('invalid-close', 1002)
        const code = came.length === 0 ? 1005 : came[0] * 256 + came[1]
        if (came.length > 0 && !isSendableCode(code)) return fail('invalid-close-code', 1002)
        if (firstWrong(came.subarray(2), true) !== -1) return fail('invalid-close-reason', 1007)
        all.push({ sent: 'close', payload: hex(came.subarray(0, 2)) })
        all.push({ told: 'closing', code, reason: Buffer.from(came.subarray(2)).toString() })
        return all
      }
    } else {
      message ??= { text: opcode === 1, payload: new Uint8Array(0), empty: 0 }
      message.payload = Buffer.concat([message.payload, came])
      if (length === 0n && !final && ++message.empty > limits.emptyFragments) return fail('too-many-fragments', 1008)
      const wrong = message.text ? firstWrong(message.payload, final && isWhole) : -1
      if (wrong !== -1) return fail('invalid-utf8', 1007, at + head + wrong - before.length)
      if (!isWhole) return end()
      if (final) {
        all.push({ told: 'message', text: message.text, payload: hex(message.payload) })
        message = null
      }
    }
    at += head + Number(length)
  }
}

/**
 * Where the first byte is with which no text can begin any more; the length where all of it is only the begin of one, and it should be whole.
 * -1 where there is nothing wrong.
 */
export function firstWrong(bytes: Uint8Array, whole: boolean): number {
  if (decodes(bytes, !whole)) return -1
  let at = 0
  while (at < bytes.length && decodes(bytes.subarray(0, at + 1), true)) at++
  return at
}

function decodes(bytes: Uint8Array, stream: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream })
    return true
  } catch {
    return false
  }
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
