// Responses of any bytes: what an HTTP/1.1 client tells of them. The first byte chooses the requests that they answer.
import * as h1 from '../../src/h1/index.ts'
import { checkClient, clientSeeds, DICTIONARY } from './h1-check.ts'

export default {
  name: 'h1-client',
  seeds: clientSeeds(),
  dictionary: DICTIONARY,
  run: (bytes: Uint8Array) => checkClient(h1, bytes),
}
