// Sockets that systemd opened for us (sd_listen_fds(3)): the environment names how many there are, from descriptor 3 on.

/** A socket that systemd handed over, which listens already. */
export interface SystemdSocket {
  /** Its descriptor. */
  readonly fd: number
  /** `FileDescriptorName=` of the socket unit; `unknown` where systemd gave none. */
  readonly name: string
}

/**
 * The listening sockets handed to this process; empty where there are none or they are meant for another process.
 * @throws RangeError where LISTEN_FDS is no number of descriptors
 */
export function systemdSockets(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): SystemdSocket[] {
  const { LISTEN_FDS: count, LISTEN_PID: owner, LISTEN_FDNAMES: names } = environment
  if (count === undefined || owner !== String(pid)) return []
  // No unit has more than a handful; a wild number would only make us try descriptors that are not sockets.
  if (!/^\d{1,4}$/.test(count)) throw notACount(count)
  const given = names === undefined || names === '' ? [] : names.split(':')
  return Array.from({ length: Number(count) }, (_, i) => ({ fd: FIRST + i, name: given[i] ?? 'unknown' }))
}

/** SD_LISTEN_FDS_START. */
const FIRST = 3

function notACount(count: string): RangeError {
  return new RangeError(
    `LISTEN_FDS must be the number of sockets that systemd hands over, not ${JSON.stringify(count.slice(0, 40))}`,
  )
}
