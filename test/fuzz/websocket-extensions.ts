// What a client may offer and a server answer: whether permessage-deflate is agreed on as RFC 7692 says.
import * as websocket from '../../src/websocket/index.ts'
import { checkExtensions, EXTENSIONS_DICTIONARY, extensionsSeeds } from './websocket-extensions-check.ts'

export default {
  name: 'websocket-extensions',
  seeds: extensionsSeeds(),
  dictionary: EXTENSIONS_DICTIONARY,
  run: (bytes: Uint8Array) => checkExtensions(websocket, bytes),
}
