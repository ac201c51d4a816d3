// Fields of any kind: what an HPACK encoder makes of them.
import * as hpack from '../../src/hpack/index.ts'
import { checkEncoder, encoderSeeds } from './hpack-check.ts'

export default {
  name: 'hpack-encoder',
  seeds: encoderSeeds(),
  run: (bytes: Uint8Array) => checkEncoder(hpack, bytes),
}
