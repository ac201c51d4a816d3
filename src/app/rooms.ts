// Rooms: peers that get the same messages. A room is there while somebody is in it.
import { SharedMessage } from '../exchange/index.ts'
import type { SocketPeer } from './socket-peer.ts'

/** The rooms of an application, by name. */
export class Rooms {
  private readonly rooms = new Map<string, Room>()

  /** The room of that name, be anybody in it or not. */
  room(name: string): Room {
    return this.rooms.get(name) ?? new Room(name)
  }

  join(name: string, peer: SocketPeer): Room {
    let room = this.rooms.get(name)
    if (room === undefined) {
      room = new Room(name)
      this.rooms.set(name, room)
    }
    room.peers.add(peer)
    return room
  }

  leave(room: Room, peer: SocketPeer): void {
    room.peers.delete(peer)
    if (room.peers.size === 0) this.rooms.delete(room.name)
  }
}

/** Peers that get the same messages. */
export class Room {
  readonly name: string
  /** Who is in it. */
  readonly peers = new Set<SocketPeer>()

  constructor(name: string) {
    this.name = name
  }

  /** Sends a message to everybody in the room but one: made, and compressed, once. @returns how many it was sent to */
  send(message: string | Uint8Array, except?: SocketPeer): number {
    const shared = shareable(message)
    let count = 0
    for (const peer of this.peers) {
      if (peer === except) continue
      peer.sendShared(shared)
      count++
    }
    return count
  }
}

function shareable(message: string | Uint8Array): SharedMessage {
  return typeof message === 'string'
    ? new SharedMessage(true, new TextEncoder().encode(message))
    : new SharedMessage(false, message)
}
