// What must hold for the fields of any handshake: both halves judge them as a plain reader of RFC 6455 section 4 does.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { FieldList } from '../../src/http/fields.ts'
import { fieldValue } from './websocket-extensions-check.ts'

/** What judges: `src/websocket`, or a copy of it with a fault planted in. */
export type HandshakeRoom = Pick<typeof import('../../src/websocket/index.ts'), 'offerOf' | 'agreementOf'>

const NAMES = ['version', 'key', 'accept', 'protocol', 'extensions'].map(name => `sec-websocket-${name}`)
const ALL_NAMES = [...NAMES, 'upgrade', 'connection', 'x-other']
const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const STATUSES = [101, 200, 204, 299, 300, 400, 426, 100]

/** The first byte says which half, on which wire; the rest are lines, each a byte for the field's name and its value. @returns what happened */
export function checkHandshake(room: HandshakeRoom, input: Uint8Array): string[] {
  const choice = input[0] ?? 0
  const lines = Buffer.from(input.subarray(1)).toString('latin1').split('\n')
  const pairs = lines.filter(line => line !== '').map(pairOf)
  const fields = new Map<string, string[]>()
  for (const [name, value] of pairs) fields.set(name, [...(fields.get(name) ?? []), value])
  const keyed = (choice & 2) === 0
  return (choice & 1) === 0
    ? checkOffer(room, FieldList.of(pairs), fields, keyed)
    : checkAnswer(room, FieldList.of(pairs), fields, keyed, choice >> 2)
}

function pairOf(line: string): [name: string, value: string] {
  const name = ALL_NAMES[line.charCodeAt(0) % ALL_NAMES.length]
  const value = fieldValue(Buffer.from(line.slice(1), 'latin1')).replace(/^[ \t]+|[ \t]+$/g, '')
  // Nothing is quoted in lists of options.
  return [name, name.startsWith('sec-') ? value : value.replaceAll('"', "'")]
}

type ByName = ReadonlyMap<string, readonly string[]>

function checkOffer({ offerOf }: HandshakeRoom, list: FieldList, fields: ByName, keyed: boolean): string[] {
  const [version, key, , protocols, extensions] = NAMES.map(name => fields.get(name) ?? [])
  const names = listed(protocols)
  const expected =
    version.length !== 1 || version[0] !== '13'
      ? 'websocket-version'
      : keyed && (key.length !== 1 || !isKey(key[0]))
        ? 'websocket-key'
        : protocols.length > 0 && (names.length === 0 || !areDistinctTokens(names))
          ? 'websocket-protocols'
          : { key: keyed ? key[0] : '', protocols: names, extensions: extensions.join(', ') }
  assert.deepEqual(offerOf(list, keyed), expected)
  return [typeof expected === 'string' ? expected : `offer of ${names.length} ${keyed}`]
}

function checkAnswer(
  { agreementOf }: HandshakeRoom,
  list: FieldList,
  fields: ByName,
  keyed: boolean,
  choice: number,
): string[] {
  const status = STATUSES[choice % STATUSES.length]
  const offered = (choice & 8) === 0 ? [] : ['chat', 'superchat']
  const asksExtension = (choice & 16) !== 0
  const [, , accept, protocol, extensions] = NAMES.map(name => fields.get(name))
  const upgrade = fields.get('upgrade') ?? []
  const connection = listed(fields.get('connection') ?? []).map(option => option.toLowerCase())
  const fault = (): string | null => {
    if (!keyed && (status < 200 || status > 299)) return 'wrong-status'
    if (keyed && status !== 101) return 'wrong-status'
    if (keyed && (upgrade.length !== 1 || upgrade[0].toLowerCase() !== 'websocket')) return 'wrong-upgrade'
    if (keyed && !connection.includes('upgrade')) return 'wrong-connection'
    if (keyed && (accept?.length !== 1 || accept[0] !== ACCEPT)) return 'wrong-accept'
    if (protocol !== undefined && (protocol.length > 1 || !offered.includes(protocol[0]))) return 'unasked-protocol'
    if (extensions !== undefined && !asksExtension) return 'unasked-extension'
    return null
  }
  const expected = fault() ?? { protocol: protocol?.[0] ?? '', extensions: extensions?.join(', ') }
  const offer = { key: keyed ? KEY : '', protocols: offered, extensions: asksExtension ? 'permessage-deflate' : '' }
  const sha1 = (text: string): string => createHash('sha1').update(text, 'latin1').digest('base64')
  assert.deepEqual(agreementOf(status, list, offer, sha1), expected)
  return [typeof expected === 'string' ? expected : `agreement ${keyed} ${expected.protocol}`]
}

/** 16 bytes, written as base64 writes them. */
function isKey(text: string): boolean {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === 16 && bytes.toString('base64') === text
}

function listed(values: readonly string[]): string[] {
  return values
    .join(',')
    .split(',')
    .map(value => value.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter(value => value !== '')
}

function areDistinctTokens(names: readonly string[]): boolean {
  return new Set(names).size === names.length && names.every(name => TOKEN.test(name))
}

/** A line by the field's name. */
function line(name: string, value: string): string {
  return String.fromCharCode(0x30 + ((ALL_NAMES.indexOf(name) + 8) % 8)) + value
}

const LINES = [
  line('sec-websocket-version', '13'),
  line('sec-websocket-key', KEY),
  line('sec-websocket-accept', ACCEPT),
  line('sec-websocket-protocol', 'chat'),
  line('sec-websocket-protocol', 'chat, superchat'),
  line('sec-websocket-extensions', 'permessage-deflate'),
  line('upgrade', 'websocket'),
  line('connection', 'keep-alive, Upgrade'),
]

export const HANDSHAKE_DICTIONARY = [...LINES.map(one => `\n${one}\n`), ',', '\t', 'chat', '13', '=='].map(text =>
  Buffer.from(text),
)

export function handshakeSeeds(): Uint8Array[] {
  const texts = [
    LINES.join('\n'),
    [LINES[0], LINES[1]].join('\n'),
    [LINES[0], LINES[1], LINES[4], LINES[5]].join('\n'),
    [LINES[6], LINES[7], LINES[2]].join('\n'),
    [LINES[6], LINES[7], LINES[2], LINES[3], LINES[5]].join('\n'),
  ]
  return texts.flatMap(text =>
    [0, 2, 1, 0x61, 7, 0x67].map(choice => Buffer.concat([Buffer.of(choice), Buffer.from(text)])),
  )
}
