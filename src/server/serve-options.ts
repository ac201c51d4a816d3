// What `serve` can be told.
import type { Tls } from './certificates.ts'
import type { Place } from './hosts.ts'
import type { SettingsOptions } from './settings.ts'

/** Where to listen, with which certificate, and within which limits. All may be left out. */
export interface ServeOptions extends SettingsOptions {
  /** The TCP port, 0 for any free one. 8000 unless something else to listen on is named. */
  readonly port?: number | undefined
  /** The address to bind. Without one only this machine can connect, over 127.0.0.1 and ::1 alike. */
  readonly host?: string | undefined
  /** Everything to listen on, instead of `port` and `host`: ports, Unix sockets, descriptors that listen already. */
  readonly listen?: readonly Place[] | undefined
  /** Speaks TLS with this certificate and key. Of several hosts, those without a certificate of their own use it. */
  readonly tls?: Tls | undefined
  /**
   * What plain connections get where TLS is spoken: 400 and an explanation (`refuse`, the default), a redirect to https, or
   * service as well. With `redirect`, places that say `tls: false` lead to those with TLS too.
   */
  readonly plain?: 'refuse' | 'redirect' | 'serve' | undefined
  /** Connections that the kernel holds until they are accepted: 511 by default, as nginx has it. */
  readonly backlog?: number | undefined
  /** `never` reads by way of Node's streams even where one buffer could be shared: for tests. */
  readonly sharedReads?: 'auto' | 'never' | undefined
}
