// Requests of any bytes: what an HTTP/1.1 server tells of them.
import * as h1 from '../../src/h1/index.ts'
import { checkServer, DICTIONARY, serverSeeds } from './h1-check.ts'

export default {
  name: 'h1-server',
  seeds: serverSeeds(),
  dictionary: DICTIONARY,
  run: (bytes: Uint8Array) => checkServer(h1, bytes),
}
