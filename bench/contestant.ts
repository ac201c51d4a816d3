// A peer that takes part in a load: started, looked at, stopped, and what was found about it.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Row, Sample } from './figures.ts'
import { isSecure, type Load, type Service } from './loads.ts'
import type { Peer } from './peers.ts'
import type { Materials } from './prepare.ts'
import { freePort, listening, type Running, start } from './processes.ts'

export interface Launched {
  readonly server: Running
  readonly port: number
  /** `https://127.0.0.1:PORT` and the like. */
  readonly origin: string
}

export class Contestant {
  readonly peer: Peer
  readonly service: Service
  readonly samples: Sample[] = []
  readonly faults = new Set<string>()

  constructor(peer: Peer, service: Service) {
    this.peer = peer
    this.service = service
  }

  /** Starts the server on a free port. It need not listen yet. */
  async spawn(materials: Materials, variables: NodeJS.ProcessEnv = {}): Promise<Launched> {
    const port = await freePort()
    const { argv, folder } = this.command(materials, port)
    const scheme = isSecure(this.service) ? 'https' : 'http'
    return { server: start(argv, folder, variables), port, origin: `${scheme}://127.0.0.1:${port}` }
  }

  /** What starts it, and a folder of its own with its files. */
  command(materials: Materials, port: number): { readonly argv: readonly string[]; readonly folder: string } {
    const folder = mkdtempSync(join(materials.folder, `${this.peer.name}-`))
    const { service } = this
    const { site, certificate, key } = materials
    const { argv, files = {} } = this.peer.services[service]!({ service, port, folder, site, certificate, key })
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
    return { argv, folder }
  }

  /** Starts the server and waits until it listens. Null where it does not: that is its fault then. */
  async launch(materials: Materials, variables: NodeJS.ProcessEnv = {}): Promise<Launched | null> {
    let launched: Launched | undefined
    try {
      launched = await this.spawn(materials, variables)
      await listening(launched.server, launched.port)
      return launched
    } catch (error) {
      this.blame(error)
      await launched?.server.stop()
      return null
    }
  }

  /** Figures of this contestant are not valid from here on. */
  blame(error: unknown): void {
    this.faults.add(error instanceof Error ? error.message : String(error))
  }

  row(): Row {
    const { peer, samples, faults } = this
    const { name, title } = peer
    return { peer: name, title, version: peer.version(), samples, faults: [...faults] }
  }
}

/** Those of the peers that offer what the load asks for. */
export function contestants(load: Load, peers: readonly Peer[]): Contestant[] {
  return peers.flatMap(peer => {
    const service = load.services.find(service => peer.services[service] !== undefined)
    return service === undefined ? [] : [new Contestant(peer, service)]
  })
}
