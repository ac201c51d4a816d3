// What the configuration asks to be served: one folder, or several hosts with a folder each.
import { existsSync, statSync } from 'node:fs'
import {
  type Config,
  ConfigError,
  type InForce,
  type Key,
  type Loaded,
  type LoadedHost,
  type Origin,
} from '../config/index.ts'
import type { Handler, Refuse } from '../exchange/index.ts'
import { hostName, type Place, type Tls, type VirtualHost } from '../server/index.ts'
import { type FolderServer, folderServer, withheldFrom } from './folder-server.ts'

export interface Sites {
  /** What `serve` takes; `places` are where everything is served that names no port of its own. */
  readonly at: (places: readonly Place[]) => Handler | readonly VirtualHost[]
  /** The certificate of the one folder. */
  readonly tls: Tls | undefined
  /** Makes the replies to what is refused. */
  readonly refuse: Refuse
  /** Whether TLS is spoken with a certificate that the machine has made itself. */
  readonly isSelfMade: boolean
  close(): void
}

export interface Surroundings {
  readonly isStopping: () => boolean
  /** Something that the operator should know. */
  readonly warn: (message: string, error?: unknown) => void
}

/** @throws ConfigError for a folder, a rule or a name that cannot be used */
export async function sitesOf(loaded: Loaded, surroundings: Surroundings): Promise<Sites> {
  return loaded.hosts.length === 0 ? oneFolder(loaded, surroundings) : severalHosts(loaded, surroundings)
}

async function oneFolder(loaded: Loaded, surroundings: Surroundings): Promise<Sites> {
  const { config } = loaded
  const folder = await folderOf(loaded, loaded, surroundings)
  const certificates = config.enable_ssl ? await import('./certificate.ts') : null
  const named = certificates?.namedCertificate(loaded) ?? null
  const usual = config.host === 'localhost' || config.host === '0.0.0.0' || config.host === '::'
  const tls = named ?? (await certificates?.selfMade(usual ? [] : [config.host], Date.now()))
  const { handler, refuse } = folder
  return {
    at: () => handler,
    tls,
    refuse,
    isSelfMade: named === null && tls !== undefined,
    close: () => folder.close(),
  }
}

async function severalHosts(loaded: Loaded, surroundings: Surroundings): Promise<Sites> {
  const { hosts } = loaded
  for (const host of hosts) checkNames(host)
  const folders: FolderServer[] = []
  for (const host of hosts) folders.push(await folderOf(host, loaded, surroundings))
  const certificates = hosts.some(({ config }) => config.enable_ssl) ? await import('./certificate.ts') : null
  const named = hosts.map(host => (host.config.enable_ssl ? (certificates?.namedCertificate(host) ?? null) : null))
  const without = hosts.filter(({ config }, i) => config.enable_ssl && named[i] === null)
  // One for all of them: they are kept under one name.
  const made = await (without.length === 0 ? undefined : certificates?.selfMade(certifiable(without), Date.now()))
  const { errorPages } = await import('../files/index.ts')
  const doorOf = placesByPort(loaded.config)
  return {
    at: places =>
      hosts.map(({ names, ports, config }, i): VirtualHost => {
        const own = ports === null ? places.filter(({ tls }) => tls === undefined) : ports.map(doorOf)
        const beside = config.enable_ssl ? places.filter(({ tls }) => tls === false) : []
        return {
          names,
          handler: folders[i].handler,
          refuse: folders[i].refuse,
          listen: [...own, ...beside],
          tls: config.enable_ssl ? (named[i] ?? made) : undefined,
        }
      }),
    tls: undefined,
    refuse: errorPages({ development: loaded.config.development, serverName: loaded.config.server_name ?? '' }),
    isSelfMade: made !== undefined,
    close() {
      for (const folder of folders) folder.close()
    },
  }
}

/** The place of a port that a host names, the same one each time. */
export function placesByPort({ host }: Config): (port: number) => Place {
  const places = new Map<number, Place>()
  return port => {
    const place = places.get(port) ?? { port, host: host === 'localhost' ? undefined : host }
    places.set(port, place)
    return place
  }
}

function checkNames({ names, at, origin }: LoadedHost): void {
  for (const name of names) {
    try {
      hostName(name)
    } catch (error) {
      throw problem(origin, `${at}.names: ${(error as Error).message}`)
    }
  }
}

function certifiable(hosts: readonly LoadedHost[]): string[] {
  const names = hosts.flatMap(host => host.names.map(name => hostName(name).name))
  return names.filter(name => name !== '*').map(name => name.replace(/^\[(.*)\]$/, '$1'))
}

async function folderOf(
  one: InForce & { readonly at?: string },
  loaded: Loaded,
  surroundings: Surroundings,
): Promise<FolderServer> {
  const { config, origins, at } = one
  const key = (name: Key) => (at === undefined ? '' : `${at}.${name}: `)
  if (!existsSync(config.document_root))
    throw problem(origins.document_root, `${key('document_root')}There is no folder ${config.document_root} to serve`)
  if (!statSync(config.document_root).isDirectory())
    throw problem(
      origins.document_root,
      `${key('document_root')}${config.document_root} is no folder; name the one that it is in`,
    )
  // Any of the hosts' keys may lie in any of their folders.
  const withheld = [loaded, ...loaded.hosts].flatMap(({ config }) => withheldFrom(config, loaded.file))
  try {
    return await folderServer(config, { ...surroundings, withheld })
  } catch (error) {
    const isTemplate = (error as Error).name === 'TemplateError'
    if (!(error instanceof TypeError || isTemplate)) throw error
    throw problem(isTemplate ? origins.listing_template : { source: 'default' }, (error as Error).message)
  }
}

function problem(origin: Origin, message: string): ConfigError {
  return new ConfigError([{ origin, message }])
}
