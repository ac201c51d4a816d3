// Rooms: peers that get the same messages. A room is there while somebody is in it.
import type { SharedMessage } from '../exchange/index.ts'
import type { AnyContext } from './context.ts'
import type { Audience, SocketPeer } from './socket.ts'
import { jsonText, type Sendable, shared } from './socket-message.ts'

/** Who can be in a room. */
export interface Member extends SocketPeer {
  /** @returns whether it was sent */
  sendShared(message: SharedMessage): boolean
}

/** Those who are in a room, in the order in which they came. */
export interface Members {
  readonly name: string
  readonly peers: Set<Member>
}

/** The rooms of an application, by name. */
export class Rooms {
  private readonly occupied = new Map<string, Members>()

  /** The names of those that somebody is in. */
  get names(): readonly string[] {
    return [...this.occupied.keys()]
  }

  /** Who is in a room; undefined where nobody is. */
  membersOf(name: string): Members | undefined {
    return this.occupied.get(name)
  }

  /** @returns the room; null where the peer is in it already */
  enter(name: string, peer: Member): Members | null {
    let members = this.occupied.get(name)
    if (members === undefined) {
      members = { name, peers: new Set() }
      this.occupied.set(name, members)
    } else if (members.peers.has(peer)) return null
    members.peers.add(peer)
    return members
  }

  leave(members: Members, peer: Member): void {
    members.peers.delete(peer)
    if (members.peers.size === 0) this.occupied.delete(members.name)
  }

  /**
   * Hands a message out in a room. Every message to a room comes through here: this is where it would be passed on to rooms
   * of the same name in other processes.
   * @returns how many it was sent to
   */
  handOut(name: string, message: SharedMessage, except: Member | null): number {
    const members = this.occupied.get(name)
    if (members === undefined) return 0
    let sent = 0
    // Handlers that run meanwhile, as those of a peer that is cut, may come and go: who leaves is skipped, and who comes is not waited for.
    let left = members.peers.size
    for (const peer of members.peers) {
      if (left-- === 0) break
      if (peer !== except && peer.sendShared(message)) sent++
    }
    return sent
  }
}

/** A room of an application: peers that get the same messages. It is there while somebody is in it; this stands for it in any case. */
export class Room<Context extends AnyContext = AnyContext> implements Audience {
  /** Its name. */
  readonly name: string
  private readonly rooms: Rooms

  constructor(name: string, rooms: Rooms) {
    this.name = checkedName(name)
    this.rooms = rooms
  }

  /** How many are in it. */
  get size(): number {
    return this.rooms.membersOf(this.name)?.peers.size ?? 0
  }

  /** Who is in it, in the order in which they came. It changes as they come and go, while it is being looked through too. */
  get peers(): ReadonlySet<SocketPeer<Context>> {
    // All of them come from routes of the application, whose contexts these are.
    return (this.rooms.membersOf(this.name)?.peers ?? NOBODY) as ReadonlySet<SocketPeer<Context>>
  }

  /** Sends a message to everybody in it: encoded, and compressed, once. @returns how many it was sent to @throws TypeError for what cannot be sent */
  send(message: Sendable): number {
    return this.rooms.handOut(this.name, shared(message), null)
  }

  /** Sends a value as JSON to everybody in it. @returns how many it was sent to @throws TypeError for what JSON cannot say */
  sendJson(value: unknown): number {
    return this.send(jsonText(value))
  }
}

/** Everybody in a room but one. */
export class Others implements Audience {
  private readonly rooms: Rooms
  private readonly name: string
  private readonly except: Member

  constructor(rooms: Rooms, name: string, except: Member) {
    this.rooms = rooms
    this.name = checkedName(name)
    this.except = except
  }

  send(message: Sendable): number {
    return this.rooms.handOut(this.name, shared(message), this.except)
  }

  sendJson(value: unknown): number {
    return this.send(jsonText(value))
  }
}

/** @throws TypeError for what is no name of a room */
export function checkedName(name: string): string {
  if (typeof name !== 'string') throw noName(name)
  return name
}

const NOBODY: ReadonlySet<SocketPeer> = new Set()

function noName(name: unknown): TypeError {
  return new TypeError(`A room's name is a string, not ${name === null ? 'null' : `a value of type ${typeof name}`}`)
}
