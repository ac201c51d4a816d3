// Faults that the fuzz targets of WebSocket have to find.
import type { Fault } from '../h1/planted.ts'

export const SERVER_FAULTS: Readonly<Record<string, Fault>> = {
  'a continuation may continue nothing': {
    file: 'connection.ts',
    find: "if (opcode === CONTINUATION && this.message === null) return 'unexpected-continuation'",
    put: '',
  },
  'a text may end within a character': {
    file: 'utf8.ts',
    find: 'return wrong === -1 && !judge.complete ? end : wrong',
    put: 'return wrong',
  },
  'each read begins with the first byte of the key': {
    file: 'connection.ts',
    find: 'mask(bytes, start, end, cut.key, cut.taken)',
    put: 'mask(bytes, start, end, cut.key, 0)',
  },
  'a ping in pieces is answered with the last one': {
    file: 'cut-frame.ts',
    find: 'this.payload.set(bytes.subarray(start, end), this.taken)',
    put: 'this.payload.set(bytes.subarray(start, end), 0)',
  },
  'a paused connection goes on with the next frame': {
    file: 'connection.ts',
    find: 'while (at < end && !this.paused && !this.finished)',
    put: 'while (at < end && !this.finished)',
  },
  'a compressed message ends with the first read of its last frame': {
    file: 'messages.ts',
    find: 'const isLast = isFinal && left === 0',
    put: 'const isLast = isFinal',
  },
}

export const CLIENT_FAULTS: Readonly<Record<string, Fault>> = {
  'a server may mask its frames': {
    file: 'connection.ts',
    find: 'if ((second & MASKED) !== this.masked)',
    put: 'if (this.masked !== 0 && (second & MASKED) !== this.masked)',
  },
  'a surrogate is a character': {
    file: 'utf8.ts',
    find: 'byte === 0xed ? 0x9f : byte === 0xf4',
    put: 'byte === 0xf4',
  },
  '1015 may be sent': {
    file: 'errors.ts',
    find: 'code >= 1000 && code <= 1014',
    put: 'code >= 1000 && code <= 1015',
  },
  'the reason of a close frame is any bytes': {
    file: 'control.ts',
    find: 'if (wrongByteOf(bytes, start + 2, end) !== -1) {',
    put: 'if (wrongByteOf(bytes, start + 2, end) === -2) {',
  },
}

export const EXTENSIONS_FAULTS: Readonly<Record<string, Fault>> = {
  'a window has 16 bits': { file: 'extensions.ts', find: '1[0-5])$/', put: '1[0-6])$/' },
  'a parameter may come twice': {
    file: 'extensions.ts',
    find: 'takes === undefined || values.has(name) ||',
    put: 'takes === undefined ||',
  },
  'a quoted value need not be a token': {
    file: 'extensions.ts',
    find: 'return value === null || !consistsOf(value, TOKEN) ? null : { name, value }',
    put: 'return value === null ? null : { name, value }',
  },
}

export const HANDSHAKE_FAULTS: Readonly<Record<string, Fault>> = {
  'a key may have bits left over': { file: 'handshake.ts', find: '[AQgw]==$/', put: '[A-Za-z0-9+/]==$/' },
  'a subprotocol may be offered twice': {
    file: 'handshake.ts',
    find: 'if (protocols.length === 0 || new Set(protocols).size !== protocols.length) return false',
    put: 'if (protocols.length === 0) return false',
  },
  'a server may choose two subprotocols': {
    file: 'handshake.ts',
    find: 'if (chosen.length > 1 || !chosen',
    put: 'if (!chosen',
  },
}
