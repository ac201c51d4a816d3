// A message of 64 MB is on its way when the peer goes, or either side closes.
import { WIRES } from './support.ts'
import { largeOnTheWay } from './websocket-large.ts'

for (const through of WIRES) largeOnTheWay(through, 64)
