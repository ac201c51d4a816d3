// What any client may do: whether an HTTP/2 server takes and refuses as the reference does.
import * as h2 from '../../src/h2/index.ts'
import { checkServer } from './h2-check.ts'
import { DICTIONARY, serverSeeds } from './h2-peer.ts'

export default {
  name: 'h2-server',
  seeds: serverSeeds(),
  dictionary: DICTIONARY,
  run: (bytes: Uint8Array) => checkServer(h2, bytes),
}
