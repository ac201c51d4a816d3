// A message of 10 MB is on its way when the peer goes, or either side closes (websocket-large.full.test.ts has 64 MB).
import { largeOnTheWay } from './websocket-large.ts'

largeOnTheWay('TCP, shared reads', 10)
