// Whatever an application is asked, it answers once, in the same way for every spelling, and Allow tells the truth.
import * as app from '../../src/app/index.ts'
import * as exchange from '../../src/exchange/index.ts'
import { checkApp, DICTIONARY, SEEDS } from './app-check.ts'

export default {
  name: 'app',
  seeds: SEEDS,
  dictionary: DICTIONARY,
  run: (bytes: Uint8Array): string[] => checkApp({ ...exchange, ...app }, bytes),
}
