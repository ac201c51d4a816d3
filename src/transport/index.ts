// The only room that touches sockets.
export { CertificateWatch } from './certificate-files.ts'
export type { TlsFiles } from './certificate-reading.ts'
export type { Channel, ChannelUser, Ends } from './channel.ts'
export { type Clock, systemClock } from './clock.ts'
export { listen } from './listen.ts'
export type { ListenAddress, Listener, ListenOptions, OverLimit, Where } from './listener.ts'
export { type SystemdSocket, systemdSockets } from './systemd.ts'
export { TlsContext, TlsError, type TlsFault, type TlsMaterial, type TlsOptions } from './tls.ts'
