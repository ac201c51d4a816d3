// The configuration's limits as the server has them: seconds become milliseconds.
import type { Config } from '../config/index.ts'

/** `request_timeout` stands for both halves of a request: its head's arrival, unless that has a time of its own, and its reply's begin. */
export function limitsOf(config: Config) {
  return {
    headBytes: config.max_head_size,
    targetBytes: config.max_target_size,
    fieldCount: config.max_fields,
    contentBytes: config.max_content_size,
    headTimeout: milliseconds(config.head_timeout ?? config.request_timeout),
    replyTimeout: milliseconds(config.request_timeout),
    idleTimeout: milliseconds(config.idle_timeout),
    writeTimeout: milliseconds(config.write_timeout),
    handshakeTimeout: milliseconds(config.handshake_timeout),
    // A lingering connection without an end would be a leak: the shortest is taken for none.
    lingerTimeout: Math.max(1, milliseconds(config.linger_timeout)),
    contentRate: config.content_rate,
    contentGrace: milliseconds(config.content_grace),
    ...(config.max_connections === null ? {} : { connections: config.max_connections }),
    connectionsPerAddress: config.max_connections_per_address,
    requestsPerConnection: config.max_requests_per_connection,
  }
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000)
}
