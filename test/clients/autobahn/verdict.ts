// What a case is, and how it is judged: by what came back, and by how the connection ended.
import { setTimeout as pause } from 'node:timers/promises'
import type { Offer } from './deflate.ts'
import { closeFrame, frame, OPCODES } from './frames.ts'
import type { Way } from './opening.ts'
import { type Heard, Peer } from './peer.ts'

/** A case that is played by sending bytes. */
export interface Case {
  readonly id: string
  /** What it does, in a few words. */
  readonly name: string
  readonly steps: readonly Step[]
  /** What has to come back, in this order. */
  readonly heard: readonly Heard[]
  readonly ending: Ending
  /** Whatever comes of it, there is no right and wrong: it only has to end. */
  readonly informational?: boolean
}

export type Step =
  /** Bytes; each piece of them a write of its own. */
  | { readonly send: Uint8Array; readonly chop?: number }
  /** Goes on when so much has come back. */
  | { readonly until: number }
  /** Nothing may have been answered yet. */
  | { readonly quiet: true }
  /** What is sent only to a server that should have failed the connection before: it is not strict. */
  | { readonly late: Uint8Array }

export type Ending =
  /** The server fails the connection, with one of these codes. */
  | { readonly by: 'server'; readonly codes: readonly number[] }
  /** The judge closes when all has come back; with this frame, or one that a step has sent. The server answers with one of these codes. */
  | { readonly by: 'judge'; readonly close: Uint8Array | 'sent'; readonly codes: readonly (number | null)[] }

export type Behaviour = 'OK' | 'NON-STRICT' | 'INFORMATIONAL' | 'FAILED' | 'UNIMPLEMENTED'

export interface Verdict {
  readonly behaviour: Behaviour
  readonly why: string
}

/** As long as a server may say nothing before it is given up. */
const PATIENCE = 20_000
/** A server that is about to answer what it should not answer yet would have done so. */
const QUIET = 25

export const CLEAN: Ending = { by: 'judge', close: closeFrame(1000), codes: [1000] }
export const PROTOCOL_ERROR: Ending = { by: 'server', codes: [1002] }
export const BAD_DATA: Ending = { by: 'server', codes: [1007] }

/** Plays a case, and judges. */
export async function play(one: Case, way: Way): Promise<Verdict> {
  const peer = await Peer.open(way)
  try {
    const { ending } = one
    if (ending.by === 'judge' && ending.close === 'sent') peer.closesByItself()
    let strict = true
    for (const step of one.steps) {
      if ('send' in step) await peer.send(step.send, step.chop)
      else if ('until' in step) await peer.until(() => peer.heard.length >= step.until, PATIENCE)
      else if ('quiet' in step) {
        await pause(QUIET)
        if (peer.ended || peer.close !== null) return failed('It failed the connection before there was anything wrong')
      } else if (!(await peer.until(() => peer.close !== null, 2000))) {
        strict = false
        await peer.send(step.late)
      }
    }
    await peer.until(() => peer.heard.length >= one.heard.length || peer.close !== null, PATIENCE)
    if (ending.by === 'judge' && ending.close !== 'sent') peer.sendClose(ending.close)
    await peer.until(() => peer.ended, PATIENCE)
    const verdict = judged(peer, one)
    if (one.informational && peer.ended) return { behaviour: 'INFORMATIONAL', why: verdict.why }
    return strict || verdict.behaviour !== 'OK' ? verdict : { behaviour: 'NON-STRICT', why: 'It waited for the rest' }
  } finally {
    peer.destroy()
  }
}

/** Round trips: each message is sent when the one before has come back. */
export interface Trips {
  readonly id: string
  readonly name: string
  readonly text: boolean
  readonly count: number
  /** The payload of a message. */
  readonly payload: (index: number) => Uint8Array
  /** Bytes in a frame at most. */
  readonly fragment?: number
  /** Bytes in a write at most. */
  readonly chop?: number
  /** With compression, offered like this. */
  readonly offers?: readonly Offer[]
}

/** Makes round trips, and judges. */
export async function travel(trips: Trips, way: Way): Promise<Verdict> {
  const { text, count, payload, offers = [], chop, fragment } = trips
  const peer = await Peer.open(way, offers)
  try {
    if (offers.length > 0 && peer.agreed === null) return { behaviour: 'UNIMPLEMENTED', why: 'It does not compress' }
    const opcode = text ? OPCODES.text : OPCODES.binary
    for (let i = 0; i < count; i++) {
      const sent = payload(i)
      if (chop === undefined) peer.sendMessage(opcode, sent, fragment)
      else await peer.send(frame(opcode, sent), chop)
      await peer.until(() => peer.heard.length > 0 || peer.close !== null || peer.fault !== null, PATIENCE * 3)
      const got = peer.heard.shift()
      if (got === undefined) return failed(`Message ${i} has not come back: ${peer.fault?.message}`)
      if (got.kind !== (text ? 'text' : 'binary') || !got.payload.equals(sent))
        return failed(`Message ${i} has come back as ${got.kind} of ${got.payload.length} bytes`)
    }
    peer.sendClose(closeFrame(1000))
    await peer.until(() => peer.ended, PATIENCE)
    return judged(peer, { heard: [], ending: CLEAN })
  } finally {
    peer.destroy()
  }
}

function judged(peer: Peer, { heard, ending }: Pick<Case, 'heard' | 'ending'>): Verdict {
  if (peer.fault !== null) return failed(peer.fault.message)
  if (!peer.ended) return failed('It has not closed the connection')
  const { close } = peer
  if (close === null) return failed('It closed the connection without a close frame')
  if (close.first !== (ending.by === 'server')) return failed('It is the wrong end that began to close')
  if (!(ending.codes as readonly (number | null)[]).includes(close.code))
    return failed(`It closed with ${close.code}, not with ${ending.codes}`)
  const same = peer.heard.length === heard.length && heard.every((one, i) => isSame(one, peer.heard[i]))
  if (same) return { behaviour: 'OK', why: '' }
  const why = `There came back ${JSON.stringify(peer.heard.map(shown))}, not ${JSON.stringify(heard.map(shown))}`
  // A server that has seen the violation before it answered what came before is right by the letter.
  return ending.by === 'server' && peer.heard.length === 0 ? { behaviour: 'NON-STRICT', why } : failed(why)
}

function isSame(one: Heard, other: Heard): boolean {
  return one.kind === other.kind && one.payload.equals(other.payload)
}

function shown({ kind, payload }: Heard): string {
  return `${kind} ${payload.length <= 40 ? payload.toString('latin1') : `of ${payload.length} bytes`}`
}

function failed(why: string): Verdict {
  return { behaviour: 'FAILED', why }
}
