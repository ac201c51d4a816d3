import type { Fields } from './fields.ts'
/** Compiled addresses and networks of proxies that are believed. */
export interface TrustList {
  readonly empty: boolean
  /** An IP address, or '' for a Unix socket. */
  has(address: string): boolean
}
export interface Origin {
  readonly address: string
  readonly scheme: 'http' | 'https'
  readonly host: string
}
/** @throws TypeError for an entry that is no address, network, or one of `loopback`, `private`, `unix` */
export function trustList(entries: readonly string[]): TrustList {
  throw new Error(`not yet ${entries}`)
}
/** Who the client is, seen through trusted proxies. */
export function clientOf(seen: {
  readonly peerAddress: string
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly fields: Fields
  readonly trust: TrustList
}): Origin {
  throw new Error(`not yet ${seen}`)
}
