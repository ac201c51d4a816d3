// Cases 1 to 5: messages, pings, reserved bits, reserved opcodes, fragments.
import { frame, OPCODES } from './frames.ts'
import type { Heard } from './peer.ts'
import { type Case, CLEAN, PROTOCOL_ERROR, type Step } from './verdict.ts'

const { continuation, text, binary, close, ping, pong } = OPCODES
const GREETING = 'Hello, world!'
const BYTES = Buffer.from([0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff])

type Chop = 'whole' | 'frames' | 'bytes'

/** How the frames of a case are put into writes: all into one, one each, or one for each byte. */
const CHOPS: Readonly<Record<Chop, { readonly name: string; readonly steps: (frames: readonly Buffer[]) => Step[] }>> =
  {
    whole: { name: 'in one write', steps: frames => [{ send: Buffer.concat(frames) }] },
    frames: { name: 'frame by frame', steps: frames => frames.map(send => ({ send })) },
    bytes: { name: 'byte by byte', steps: frames => [{ send: Buffer.concat(frames), chop: 1 }] },
  }

const EACH_CHOP: readonly Chop[] = ['whole', 'frames', 'bytes']

const SIZES = [0, 125, 126, 127, 128, 65_535, 65_536]

const messages: readonly Case[] = [
  ...[...SIZES, 65_536].map((size, i) =>
    echoed(`1.1.${i + 1}`, text, Buffer.alloc(size, '*'), i === 7 ? 997 : undefined),
  ),
  ...[...SIZES, 65_536].map((size, i) =>
    echoed(`1.2.${i + 1}`, binary, Buffer.alloc(size, 0xfe), i === 7 ? 997 : undefined),
  ),
]

function echoed(id: string, opcode: number, payload: Buffer, chop?: number): Case {
  const kind = opcode === text ? 'text' : 'binary'
  const writes = chop === undefined ? '' : `, in writes of ${chop} bytes`
  return {
    id,
    name: `${kind} of ${payload.length} bytes${writes}`,
    steps: [{ send: frame(opcode, payload), ...(chop === undefined ? {} : { chop }) }],
    heard: [{ kind, payload }],
    ending: CLEAN,
  }
}

const TEN = Array.from({ length: 10 }, (_, i) => Buffer.from(`payload-${i}`))

const pings: readonly Case[] = [
  answered('2.1', 'a ping without payload', [frame(ping)], [pongWith('')]),
  answered('2.2', 'a ping with text', [frame(ping, GREETING)], [pongWith(GREETING)]),
  answered('2.3', 'a ping with bytes', [frame(ping, BYTES)], [pongWith(BYTES)]),
  answered('2.4', 'a ping with 125 bytes', [frame(ping, Buffer.alloc(125, 0xfe))], [pongWith(Buffer.alloc(125, 0xfe))]),
  refused('2.5', 'a ping with 126 bytes', [frame(ping, Buffer.alloc(126, 0xfe))]),
  answered(
    '2.6',
    'a ping with 125 bytes, byte by byte',
    [frame(ping, Buffer.alloc(125, 0xfe))],
    [pongWith(Buffer.alloc(125, 0xfe))],
    'bytes',
  ),
  answered('2.7', 'a pong that nobody asked for', [frame(pong)], []),
  answered('2.8', 'a pong with payload that nobody asked for', [frame(pong, 'unsolicited')], []),
  answered(
    '2.9',
    'a pong that nobody asked for, and a ping',
    [frame(pong, 'unsolicited'), frame(ping, 'asked')],
    [pongWith('asked')],
  ),
  answered(
    '2.10',
    'ten pings',
    TEN.map(payload => frame(ping, payload)),
    TEN.map(pongWith),
  ),
  answered(
    '2.11',
    'ten pings, byte by byte',
    TEN.map(payload => frame(ping, payload)),
    TEN.map(pongWith),
    'bytes',
  ),
]

const reserved: readonly Case[] = [
  refused('3.1', 'text with reserved bits 1', [frame(text, GREETING, { rsv: 1 })]),
  ...EACH_CHOP.map((chop, i) =>
    refusedAfterEcho(`3.${i + 2}`, `text with reserved bits ${i + 2}`, frame(text, GREETING, { rsv: i + 2 }), chop),
  ),
  refused('3.5', 'bytes with reserved bits 5', [frame(binary, BYTES, { rsv: 5 })]),
  refused('3.6', 'a ping with reserved bits 6', [frame(ping, GREETING, { rsv: 6 })]),
  refused('3.7', 'a close frame with reserved bits 7', [frame(close, '', { rsv: 7 })]),
  ...[3, 11].flatMap((first, section) => [
    refused(`4.${section + 1}.1`, `opcode ${first}`, [frame(first)]),
    refused(`4.${section + 1}.2`, `opcode ${first + 1} with payload`, [frame(first + 1, 'reserved')]),
    refusedAfterEcho(`4.${section + 1}.3`, `opcode ${first + 2}`, frame(first + 2), 'whole'),
    refusedAfterEcho(`4.${section + 1}.4`, `opcode ${first + 3} with payload`, frame(first + 3, GREETING), 'whole'),
    refusedAfterEcho(`4.${section + 1}.5`, `opcode ${first + 4} with payload`, frame(first + 4, GREETING), 'bytes'),
  ]),
]

const HALVES = [frame(text, 'fragment1', { fin: false }), frame(continuation, 'fragment2')]
const WHOLE = said('fragment1fragment2')
const LOST = { fin: 'a continuation of nothing', more: 'a continuation of nothing that goes on' }

const fragments: readonly Case[] = [
  refused('5.1', 'a ping in two fragments', [
    frame(ping, 'fragment1', { fin: false }),
    frame(continuation, 'fragment2'),
  ]),
  refused('5.2', 'a pong in two fragments', [
    frame(pong, 'fragment1', { fin: false }),
    frame(continuation, 'fragment2'),
  ]),
  ...EACH_CHOP.map((chop, i) =>
    answered(`5.${i + 3}`, `text in two fragments, ${CHOPS[chop].name}`, HALVES, [WHOLE], chop),
  ),
  ...EACH_CHOP.map((chop, i) =>
    answered(
      `5.${i + 6}`,
      `text in two fragments and a ping between them, ${CHOPS[chop].name}`,
      [HALVES[0], frame(ping, 'between'), HALVES[1]],
      [pongWith('between'), WHOLE],
      chop,
    ),
  ),
  ...EACH_CHOP.map((chop, i) => continuesNothing(`5.${i + 9}`, LOST.fin, true, chop)),
  ...EACH_CHOP.map((chop, i) => continuesNothing(`5.${i + 12}`, LOST.more, false, chop)),
  {
    id: '5.15',
    name: 'text in two fragments, a continuation of nothing, text',
    steps: CHOPS.whole.steps([...HALVES, frame(continuation, 'fragment3', { fin: false }), frame(text, 'fragment4')]),
    heard: [WHOLE],
    ending: PROTOCOL_ERROR,
  },
  ...[false, true].map((fin, i) =>
    refused(
      `5.${i + 16}`,
      `twice ${fin ? LOST.fin : LOST.more} and text in two fragments`,
      [1, 2].flatMap(() => [frame(continuation, 'fragment0', { fin }), ...HALVES]),
    ),
  ),
  refused('5.18', 'text in two fragments that both say so', [HALVES[0], frame(text, 'fragment2')]),
  ...(['whole', 'frames'] as const).map((chop, i) => slowly(`5.${i + 19}`, chop)),
]

function continuesNothing(id: string, name: string, fin: boolean, chop: Chop): Case {
  return refused(
    id,
    `${name}, ${CHOPS[chop].name}`,
    [frame(continuation, 'continued', { fin }), frame(text, GREETING)],
    chop,
  )
}

/** Five fragments with two pings, the first of which has to be answered while the message is incomplete. */
function slowly(id: string, chop: 'whole' | 'frames'): Case {
  const more = (i: number, fin = false): Buffer => frame(continuation, `fragment${i}`, { fin })
  return {
    id,
    name: `five fragments with two pings between them, ${CHOPS[chop].name}`,
    steps: [
      ...CHOPS[chop].steps([HALVES[0], more(2), frame(ping, 'first')]),
      { until: 1 },
      ...CHOPS[chop].steps([more(3), more(4), frame(ping, 'second'), more(5, true)]),
    ],
    heard: [pongWith('first'), pongWith('second'), said('fragment1fragment2fragment3fragment4fragment5')],
    ending: CLEAN,
  }
}

function answered(
  id: string,
  name: string,
  frames: readonly Buffer[],
  heard: readonly Heard[],
  chop: Chop = 'whole',
): Case {
  return { id, name, steps: CHOPS[chop].steps(frames), heard, ending: CLEAN }
}

function refused(id: string, name: string, frames: readonly Buffer[], chop: Chop = 'whole'): Case {
  return { id, name, steps: CHOPS[chop].steps(frames), heard: [], ending: PROTOCOL_ERROR }
}

/** A message comes back before the frame behind it fails the connection; a ping behind that frame is not answered any more. */
function refusedAfterEcho(id: string, name: string, wrong: Buffer, chop: Chop): Case {
  const frames = [frame(text, GREETING), wrong, frame(ping)]
  return {
    id,
    name: `text, ${name}, a ping, ${CHOPS[chop].name}`,
    steps: CHOPS[chop].steps(frames),
    heard: [said(GREETING)],
    ending: PROTOCOL_ERROR,
  }
}

function said(payload: string): Heard {
  return { kind: 'text', payload: Buffer.from(payload) }
}

function pongWith(payload: string | Buffer): Heard {
  return { kind: 'pong', payload: Buffer.from(payload) }
}

export const MESSAGE_CASES: readonly Case[] = [...messages, ...pings, ...reserved, ...fragments]
