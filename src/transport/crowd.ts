// How many connections there are, in all and from each address. Several listeners of one server share a crowd, so that its
// limits hold for all of them together.
import { addressShare } from './address.ts'

/** Why a connection is not taken: all are taken that can be, or this address has its share. */
export type OverLimit = 'connections' | 'address'

/** Counts connections, in all and by where they come from. */
export class Crowd {
  /** Connections that hold a place. */
  count = 0
  private readonly fromEach = new Map<string, number>()

  /** Which limit another connection would be beyond; `perAddress` is 0 for none. Unix sockets have no address, which is empty. */
  overLimit(address: string, most: number, perAddress: number): OverLimit | null {
    if (this.count >= most) return 'connections'
    if (perAddress === 0 || address === '') return null
    return (this.fromEach.get(addressShare(address)) ?? 0) >= perAddress ? 'address' : null
  }

  /** Takes a place for a connection from this address. */
  enter(address: string, perAddress: number): void {
    this.count++
    if (perAddress === 0 || address === '') return
    const share = addressShare(address)
    this.fromEach.set(share, (this.fromEach.get(share) ?? 0) + 1)
  }

  /** Gives its place back. Takes what `enter` was given. */
  leave(address: string, perAddress: number): void {
    this.count--
    if (perAddress === 0 || address === '') return
    const share = addressShare(address)
    const left = (this.fromEach.get(share) ?? 1) - 1
    if (left === 0) this.fromEach.delete(share)
    else this.fromEach.set(share, left)
  }
}
