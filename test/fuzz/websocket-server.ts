// What any client may send: whether a WebSocket server reads and answers as the reference does.
import * as websocket from '../../src/websocket/index.ts'
import { checkServer, seeds } from './websocket-check.ts'
import { dictionaryOf } from './websocket-peer.ts'

export default {
  name: 'websocket-server',
  seeds: seeds('server'),
  dictionary: dictionaryOf('server'),
  run: (bytes: Uint8Array) => checkServer(websocket, bytes),
}
