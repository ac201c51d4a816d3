// The fuzzer finds faults: each of these is planted in a copy of its room, and must be found in a bounded number of inputs,
// whatever the seed.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as app from '../../src/app/index.ts'
import * as exchange from '../../src/exchange/index.ts'
import * as h1 from '../../src/h1/index.ts'
import * as h2 from '../../src/h2/index.ts'
import * as hpack from '../../src/hpack/index.ts'
import * as websocket from '../../src/websocket/index.ts'
import { fuzz } from '../../tools/fuzzing/fuzz.ts'
import { FAULTS as APP_FAULTS } from '../app/faults.ts'
import { plantInApp } from '../app/planted.ts'
import { type Fault, plant } from '../h1/planted.ts'
import type { H1 } from '../h1/trace.ts'
import { CLIENT_FAULTS, SERVER_FAULTS } from '../h2/faults.ts'
import type { H2 } from '../h2/trace.ts'
import type { Hpack } from '../hpack/blocks.ts'
import { DECODER_FAULTS, ENCODER_FAULTS } from '../hpack/planted.ts'
import * as websocketFaults from '../websocket/planted-faults.ts'
import type { WebSocketRoom } from '../websocket/trace.ts'
import { DICTIONARY as APP_DICTIONARY, SEEDS as APP_SEEDS, type AppRooms, checkApp } from './app-check.ts'
import { checkClient, checkServer, clientSeeds, DICTIONARY, serverSeeds } from './h1-check.ts'
import { checkClient as checkH2Client, checkServer as checkH2Server } from './h2-check.ts'
import * as h2Peer from './h2-peer.ts'
import { checkDecoder, checkEncoder, DECODER_DICTIONARY, decoderSeeds, encoderSeeds } from './hpack-check.ts'
import { checkClient as checkWebSocketClient, checkServer as checkWebSocketServer, seeds } from './websocket-check.ts'
import * as extensions from './websocket-extensions-check.ts'
import * as handshake from './websocket-handshake-check.ts'
import { dictionaryOf } from './websocket-peer.ts'

const MOST_RUNS = 60_000
const SEEDS = [1, 2, 3]

/** What a fault is looked for with. */
interface Side<Room> {
  readonly room: Room
  readonly seeds: readonly Uint8Array[]
  readonly dictionary?: readonly Uint8Array[]
  check(room: Room, bytes: Uint8Array): string[]
}

const SERVER: Side<H1> = { room: h1, seeds: serverSeeds(), dictionary: DICTIONARY, check: checkServer }
const CLIENT: Side<H1> = { room: h1, seeds: clientSeeds(), dictionary: DICTIONARY, check: checkClient }
const DECODER: Side<Hpack> = { room: hpack, seeds: decoderSeeds(), dictionary: DECODER_DICTIONARY, check: checkDecoder }
const H2_SERVER: Side<H2> = {
  room: h2,
  seeds: h2Peer.serverSeeds(),
  dictionary: h2Peer.DICTIONARY,
  check: checkH2Server,
}
const H2_CLIENT: Side<H2> = { ...H2_SERVER, seeds: h2Peer.clientSeeds(), check: checkH2Client }
const ENCODER: Side<Hpack> = { room: hpack, seeds: encoderSeeds(), check: checkEncoder }

const FAULTS: Readonly<Record<string, Fault & { readonly side?: Side<H1> }>> = {
  'a bare LF ends a field line': {
    file: 'head-scanner.ts',
    find: `if (bytes[i] !== CR) return this.fail(bytes[i] === LF ? 'bare-lf' : 'invalid-field-value', base, i)`,
    put: `if (bytes[i] === LF) { i++; phase = LINE_START; this.lineStart = i - base; break }
          if (bytes[i] !== CR) return this.fail('invalid-field-value', base, i)`,
  },
  'a chunk size of two digits is one too large': {
    file: 'chunks.ts',
    find: 'this.left = this.left * 16 + digit',
    put: 'this.left = this.left * 16 + digit + (this.left > 0 ? 1 : 0)',
  },
  'Transfer-Encoding overrides Content-Length': {
    file: 'framing.ts',
    find: `? 0 : fields.contentLength
  if (fields.contentLength !== -1) return 'content-length-and-transfer-encoding'`,
    put: '? 0 : fields.contentLength',
  },
  'a folded line is read': {
    file: 'head-scanner.ts',
    find: `return this.fail('obs-fold', base, i)`,
    put: 'phase = VALUE',
  },
  'what follows a head that came in two reads is lost': {
    file: 'connection.ts',
    find: 'const next = at + scanner.at - before',
    put: 'const next = end',
  },
  'the content length of a response to HEAD is believed': {
    file: 'framing.ts',
    find: `if (method === 'HEAD' || status < 200`,
    put: 'if (status < 200',
    side: CLIENT,
  },
  'a CR ends a line by itself': {
    file: 'head-scanner.ts',
    find: `if (bytes[i] !== LF) return this.fail('bare-cr', base, i - 1)
          i++
          phase = LINE_START`,
    put: `if (bytes[i] === LF) i++
          phase = LINE_START`,
  },
}

describe('fuzzing finds that', () => {
  for (const [name, { side = SERVER, ...fault }] of Object.entries(FAULTS)) test(name, () => found(fault, side))
})

describe('fuzzing finds that of header blocks', () => {
  for (const [name, fault] of Object.entries(DECODER_FAULTS))
    test(name, () => found({ ...fault, room: 'hpack' }, DECODER))
  for (const [name, fault] of Object.entries(ENCODER_FAULTS))
    test(name, () => found({ ...fault, room: 'hpack' }, ENCODER))
})

describe('fuzzing finds that over HTTP/2', () => {
  for (const [name, fault] of Object.entries(SERVER_FAULTS))
    test(name, () => found({ ...fault, room: 'h2' }, H2_SERVER))
  for (const [name, fault] of Object.entries(CLIENT_FAULTS))
    test(name, () => found({ ...fault, room: 'h2' }, H2_CLIENT))
})

describe('fuzzing finds that of WebSocket', () => {
  const server: Side<WebSocketRoom> = {
    room: websocket,
    seeds: seeds('server'),
    dictionary: dictionaryOf('server'),
    check: checkWebSocketServer,
  }
  const client: Side<WebSocketRoom> = {
    room: websocket,
    seeds: seeds('client'),
    dictionary: dictionaryOf('client'),
    check: checkWebSocketClient,
  }
  for (const [name, fault] of Object.entries(websocketFaults.SERVER_FAULTS))
    test(name, () => found({ ...fault, room: 'websocket' }, server))
  for (const [name, fault] of Object.entries(websocketFaults.CLIENT_FAULTS))
    test(name, () => found({ ...fault, room: 'websocket' }, client))
})

describe('fuzzing finds that of WebSocket handshakes', () => {
  const offers: Side<extensions.ExtensionsRoom> = {
    room: websocket,
    seeds: extensions.extensionsSeeds(),
    dictionary: extensions.EXTENSIONS_DICTIONARY,
    check: extensions.checkExtensions,
  }
  const fields: Side<handshake.HandshakeRoom> = {
    room: websocket,
    seeds: handshake.handshakeSeeds(),
    dictionary: handshake.HANDSHAKE_DICTIONARY,
    check: handshake.checkHandshake,
  }
  for (const [name, fault] of Object.entries(websocketFaults.EXTENSIONS_FAULTS))
    test(name, () => found({ ...fault, room: 'websocket' }, offers))
  for (const [name, fault] of Object.entries(websocketFaults.HANDSHAKE_FAULTS))
    test(name, () => found({ ...fault, room: 'websocket' }, fields))
})

describe('fuzzing finds that of applications', () => {
  const side: Side<AppRooms> = {
    room: { ...exchange, ...app },
    seeds: APP_SEEDS,
    dictionary: APP_DICTIONARY,
    check: checkApp,
  }
  for (const [name, fault] of Object.entries(APP_FAULTS))
    test(name, async () => {
      const copies = plantInApp(fault)
      try {
        const faulty = { ...(await import(copies.url('exchange'))), ...(await import(copies.url('app'))) } as AppRooms
        findsIt(fault, side, faulty)
      } finally {
        copies.remove()
      }
    })
})

async function found<Room>(fault: Fault, side: Side<Room>): Promise<void> {
  const copy = plant(fault)
  try {
    const faulty = (await import(copy.url)) as Room
    findsIt(fault, side, faulty)
  } finally {
    copy.remove()
  }
}

function findsIt<Room>(fault: Fault, side: Side<Room>, faulty: Room): void {
  for (const seed of SEEDS) {
    // Only what mutation finds counts: a seed that breaks the copy by itself is left out.
    const seeds = side.seeds.filter(bytes => !breaks(() => side.check(faulty, bytes)))
    const { dictionary = [] } = side
    const target = { name: fault.file, seeds, dictionary, run: (bytes: Uint8Array) => side.check(faulty, bytes) }
    const finding = fuzz(target, seed, MOST_RUNS)
    assert.ok(finding !== null, `not found in ${MOST_RUNS} inputs with the seed ${seed}`)
    side.check(side.room, finding.bytes)
  }
}

function breaks(run: () => unknown): boolean {
  try {
    run()
    return false
  } catch {
    return true
  }
}
