// The only room that touches sockets.
export type { Channel, ChannelUser, Ends } from './channel.ts'
export { type Clock, systemClock } from './clock.ts'
