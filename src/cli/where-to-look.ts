// Where what is served can be looked at: links of the one folder, or of each host.
import { relative } from 'node:path'
import type { Loaded } from '../config/index.ts'
import { hostName, type ServedPlace, type Server } from '../server/index.ts'
import type { ListenAddress } from '../transport/index.ts'
import { type Links, type Listening, link, linksFor } from './addresses.ts'
import type { HostLine } from './banner.ts'

export interface WhereToLook {
  /** Of the one folder, or of the default host. */
  readonly links: Links
  /** Paths of Unix sockets. */
  readonly others: readonly string[]
  readonly hosts: readonly HostLine[]
  /** All of them; the first one is for `--open`. */
  readonly urls: readonly string[]
}

export function whereToLook(loaded: Loaded, { places }: Server): WhereToLook {
  const others = places.flatMap(({ addresses }) => addresses.flatMap(one => ('path' in one ? [one.path] : [])))
  // What is plain beside https only leads there.
  const placesFor = (isSecure: boolean) => places.filter(({ secure }) => secure === isSecure)
  const hosts = loaded.hosts.map(({ names, config }) => ({
    urls: urlsOf(
      names,
      placesFor(config.enable_ssl).filter(place => place.hosts.some(host => host.names === names)),
    ),
    folder: relative(process.cwd(), config.document_root) || 'this folder',
  }))
  const links = loaded.hosts.length > 0 ? { local: [], network: [] } : linksOf(placesFor(loaded.config.enable_ssl))
  return { links, others, hosts, urls: [...links.local, ...links.network, ...hosts.flatMap(({ urls }) => urls)] }
}

function urlsOf(names: readonly string[], places: readonly ServedPlace[]): string[] {
  const read = names.map(hostName)
  const urls = places.flatMap(place => {
    const scheme = place.secure ? 'https' : 'http'
    const ports = place.addresses.filter(isPort).map(({ port }) => port)
    return read.flatMap(({ name }) =>
      name === '*' ? linksOf([place]).local : ports.map(port => link(scheme, name, port)),
    )
  })
  return [...new Set(urls)]
}

function linksOf(places: readonly ServedPlace[]): Links {
  const all = places.map(({ secure, addresses }) => linksFor(secure ? 'https' : 'http', addresses.filter(isPort)))
  return { local: all.flatMap(({ local }) => local), network: all.flatMap(({ network }) => network) }
}

function isPort(address: ListenAddress): address is Listening {
  return 'port' in address
}
