// Which of several hosts a name means. The most exact one wins: the name itself, then `*.` and what follows its first
// label (RFC 6125 section 6.4.3: one label, as in certificates), then `*`; each with the port that was asked for first.
import { type HostName, showName } from './host-names.ts'

export class HostTable<T> {
  private readonly entries = new Map<string, T>()
  private readonly namesPorts: boolean

  /** Later entries of the same name change nothing. */
  constructor(entries: Iterable<readonly [HostName, T]>) {
    let namesPorts = false
    for (const [name, value] of entries) {
      const key = showName(name)
      if (!this.entries.has(key)) this.entries.set(key, value)
      namesPorts ||= name.port !== null
    }
    this.namesPorts = namesPorts
  }

  /** The one for a host in its one spelling; `port` is the one that was asked for. */
  find(name: string, port: number): T | undefined {
    const dot = name.indexOf('.')
    return (
      this.entry(name, port) ?? (dot > 0 ? this.entry(`*${name.slice(dot)}`, port) : undefined) ?? this.entry('*', port)
    )
  }

  private entry(name: string, port: number): T | undefined {
    return (this.namesPorts ? this.entries.get(`${name}:${port}`) : undefined) ?? this.entries.get(name)
  }
}
