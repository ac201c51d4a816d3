// Case 7: the end of a connection.
import { closeFrame, frame, OPCODES } from './frames.ts'
import type { Heard } from './peer.ts'
import { type Case, CLEAN, type Ending } from './verdict.ts'

const { continuation, text, close, ping } = OPCODES
const GREETING = 'Hello World!'
const BAD_UTF8 = Buffer.from('cebae1bdb9cf83cebcceb5eda080656469746564', 'hex')
const LARGE = Buffer.alloc(256 * 1024, 'BAsd7&jh23')

/** The step that sends the close frame is the case's own. */
const SENT: Ending = { by: 'judge', close: 'sent', codes: [1000] }

const basic: readonly Case[] = [
  {
    id: '7.1.1',
    name: 'text, then close',
    steps: [{ send: frame(text, GREETING) }],
    heard: [said(GREETING)],
    ending: CLEAN,
  },
  closing('7.1.2', 'two close frames', [closeFrame(1000), frame(close)]),
  closing('7.1.3', 'a ping after the close frame', [closeFrame(1000), frame(ping)]),
  closing('7.1.4', 'text after the close frame', [closeFrame(1000), frame(text, GREETING)]),
  closing('7.1.5', 'a close frame within a message', [
    frame(text, 'fragment1', { fin: false }),
    closeFrame(1000),
    frame(continuation, 'fragment2'),
  ]),
  {
    ...closing('7.1.6', '256 KB of text, text, a close frame, a ping, in one write', [
      frame(text, LARGE),
      frame(text, GREETING),
      closeFrame(1000),
      frame(ping),
    ]),
    // Whether a message in front of a close frame comes back is left open; from this server it does.
    heard: [{ kind: 'text', payload: LARGE }, said(GREETING)],
  },
]

const structure: readonly Case[] = [
  answered('7.3.1', 'without payload', closeFrame(), [1000, null]),
  answered('7.3.2', 'with half a code', frame(close, 'a'), [1002]),
  answered('7.3.3', 'with a code', closeFrame(1000), [1000]),
  answered('7.3.4', 'with a code and a reason', closeFrame(1000, GREETING), [1000]),
  answered('7.3.5', 'with the longest reason', closeFrame(1000, '*'.repeat(123)), [1000]),
  answered('7.3.6', 'with a reason that is too long', closeFrame(1000, '*'.repeat(124)), [1002]),
  answered('7.5.1', 'with a reason that is not UTF-8', closeFrame(1000, BAD_UTF8), [1002, 1007]),
]

const VALID = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
const INVALID = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]
const UNDEFINED = [5000, 65_535]

const codes: readonly Case[] = [
  ...VALID.map((code, i) => answered(`7.7.${i + 1}`, `with code ${code}`, closeFrame(code), [1000, code])),
  ...INVALID.map((code, i) => answered(`7.9.${i + 1}`, `with the wrong code ${code}`, closeFrame(code), [1002])),
  ...UNDEFINED.map((code, i) => ({
    ...answered(`7.13.${i + 1}`, `with code ${code}, which nothing defines`, closeFrame(code), [1000, 1002, code]),
    informational: true,
  })),
]

function closing(id: string, name: string, frames: readonly Buffer[]): Case {
  return { id, name, steps: [{ send: Buffer.concat(frames) }], heard: [], ending: SENT }
}

function answered(id: string, name: string, sent: Buffer, answers: readonly (number | null)[]): Case {
  return {
    id,
    name: `a close frame ${name}`,
    steps: [],
    heard: [],
    ending: { by: 'judge', close: sent, codes: answers },
  }
}

function said(payload: string): Heard {
  return { kind: 'text', payload: Buffer.from(payload) }
}

export const CLOSE_CASES: readonly Case[] = [...basic, ...structure, ...codes]
