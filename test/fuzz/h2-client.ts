// What any server may do: whether an HTTP/2 client takes and refuses as the reference does.
import * as h2 from '../../src/h2/index.ts'
import { checkClient } from './h2-check.ts'
import { clientSeeds, DICTIONARY } from './h2-peer.ts'

export default {
  name: 'h2-client',
  seeds: clientSeeds(),
  dictionary: DICTIONARY,
  run: (bytes: Uint8Array) => checkClient(h2, bytes),
}
