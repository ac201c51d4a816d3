// Header blocks of any bytes: what an HPACK decoder makes of them.
import * as hpack from '../../src/hpack/index.ts'
import { checkDecoder, DECODER_DICTIONARY, decoderSeeds } from './hpack-check.ts'

export default {
  name: 'hpack-decoder',
  seeds: decoderSeeds(),
  dictionary: DECODER_DICTIONARY,
  run: (bytes: Uint8Array) => checkDecoder(hpack, bytes),
}
