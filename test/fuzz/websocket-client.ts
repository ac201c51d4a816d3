// What any server may send: whether a WebSocket client reads and answers as the reference does.
import * as websocket from '../../src/websocket/index.ts'
import { checkClient, seeds } from './websocket-check.ts'
import { dictionaryOf } from './websocket-peer.ts'

export default {
  name: 'websocket-client',
  seeds: seeds('client'),
  dictionary: dictionaryOf('client'),
  run: (bytes: Uint8Array) => checkClient(websocket, bytes),
}
