// The house: its rooms, what was said in them, and who is in. It knows nothing of the web, nor of time: that is handed in.

/** Something that was said. Numbers grow, over all rooms. */
export interface Said {
  readonly id: number
  readonly name: string
  readonly text: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export const ROOMS: readonly string[] = ['hearth', 'garden', 'library', 'moon terrace']

/** So much is told to who enters a room. */
export const REMEMBERED = 100

/** Messages at once, and how long it takes until there is one more: nobody speaks faster for long. */
const BREATH = 8
const PAUSE = 1000

export class House {
  private readonly said = new Map<string, Said[]>(ROOMS.map(room => [room, []]))
  private readonly names = new Set<string>()
  private last = 0

  /** A name that nobody else has. */
  seat(wanted: string): string {
    const plain = [...wanted.trim()].slice(0, 24).join('') || 'Guest'
    let name = plain
    for (let number = 2; this.names.has(name); number++) name = `${plain} ${number}`
    this.names.add(name)
    return name
  }

  leave(name: string): void {
    this.names.delete(name)
  }

  say(room: string, name: string, text: string, at: number): Said {
    this.last++
    const said = { id: this.last, name, text, at }
    const all = this.said.get(room) ?? []
    all.push(said)
    if (all.length > REMEMBERED) all.shift()
    return said
  }

  /** What was said in a room after a message, as far as it is remembered. */
  after(room: string, id: number): readonly Said[] {
    return (this.said.get(room) ?? []).filter(said => said.id > id)
  }
}

/** How fast one speaks. */
export class Breath {
  private left = BREATH
  private since: number

  constructor(now: number) {
    this.since = now
  }

  /** Whether there is breath for one more message. */
  takes(now: number): boolean {
    const more = Math.floor((now - this.since) / PAUSE)
    this.left = Math.min(BREATH, this.left + more)
    this.since += more * PAUSE
    if (this.left === 0) return false
    this.left--
    return true
  }
}
