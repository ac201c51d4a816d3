// `wirewright [folder]`: from what was typed to a running server, its banner, and its end.
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Config, ConfigError, type Key, type Loaded, notYetInForce, type Origin } from '../config/index.ts'
import { FieldList } from '../http/fields.ts'
import { trustList } from '../http/forwarded.ts'
import { redactTarget } from '../http/secrets.ts'
import { coloursIf, createLog, type Log, wantsColour } from '../observe/index.ts'
import { type Server, serve } from '../server/index.ts'
import { systemdSockets, TlsError } from '../transport/index.ts'
import { banner, hasHyperlinks } from './banner.ts'
import { serverField } from './fields.ts'
import { limitsOf } from './limits.ts'
import { listenToSignals } from './signals.ts'
import { type Sites, sitesOf } from './sites.ts'
import { firstFree, listenError, placesToListen } from './where.ts'
import { whereToLook } from './where-to-look.ts'

/** Starts serving; fulfilled once it listens. @throws ConfigError where it cannot */
export async function start(loaded: Loaded, version: string): Promise<void> {
  const { config } = loaded
  const log = logFor(loaded)
  process.on('exit', () => log.flush())
  // Whoever read our lines may go away (`wirewright | head`); that is no reason to stop.
  process.stdout.on('error', () => {})
  for (const note of loaded.notes) log.info(note)
  for (const key of notYetInForce(loaded))
    log.warn(`${key} is read, but not in force yet: it comes with a later version`)

  let stopping = false
  checkValue('trusted_proxies', () => trustList(config.trusted_proxies), loaded)
  checkValue('server_name', () => FieldList.of({ Server: serverField({ ...config, server_version: null }) }), loaded)
  checkValue('server_version', () => FieldList.of({ Server: serverField(config) }), loaded)
  const sites = await sitesOf(loaded, {
    isStopping: () => stopping,
    warn: (message, error) => log.warn(message, error),
  })
  if (sites.isSelfMade) log.info(SELF_MADE)
  const server = await serverFor(loaded, sites, log)

  listenToSignals({
    hasTerminal: process.stdin.isTTY || process.stdout.isTTY,
    hangUp: () => log.reopen(),
    endNow: () => log.warn('Ending at once'),
    async stop(signal) {
      stopping = true
      // Before the draining: the event streams of live reload would not end by themselves.
      sites.close()
      await drain(server, config.drain_timeout, signal, log)
      log.info('Stopped')
      log.close()
    },
  })
  // Whoever reads the banner may send a signal at once, so this comes last.
  const links = announce(loaded, server, log, version)
  if (config.open && links[0] !== undefined) await open(links[0], log)
}

const SELF_MADE =
  'HTTPS with a certificate made for development: browsers will ask. --ssl-cert and --ssl-key name a real one'

function logFor({ config, origins }: Loaded): Log {
  const { log_file: path } = config
  try {
    return createLog({
      level: config.log_level,
      format: config.log_format,
      access: config.access_log,
      colour: wantsColour(config.colored_logging, process.stderr.isTTY === true, process.env),
      file:
        path === null
          ? null
          : { path, maxSize: config.log_max_size, maxAge: config.log_max_age * 1000, keep: config.log_keep },
      stdout: process.stdout,
      stderr: process.stderr,
      date: Date.now,
    })
  } catch (error) {
    throw problem(origins.log_file, `The log file ${path} cannot be written: ${(error as Error).message}`)
  }
}

async function serverFor(loaded: Loaded, sites: Sites, log: Log): Promise<Server> {
  const { config } = loaded
  const handedOver = systemdSockets(process.env, process.pid)
  // Health checks come every few seconds, from machines; nobody wants to read of them.
  const isHealth = config.health_path === null ? null : (path: string) => path === config.health_path
  try {
    return await firstFree(placesToListen(config, handedOver), listen =>
      serve(sites.at(listen), {
        listen,
        tls: sites.tls,
        plain: config.redirect_http || config.http_port !== null ? 'redirect' : 'refuse',
        http2: config.enable_http2,
        h2c: config.enable_h2c,
        limits: limitsOf(config),
        serverName: serverField(config),
        trustedProxies: config.trusted_proxies,
        refuse: sites.refuse,
        development: config.development,
        report:
          isHealth === null
            ? log.report
            : event => {
                if (event.kind !== 'exchange' || !isHealth(event.exchange.path)) log.report(event)
              },
        reportExchanges: log.reports.exchanges,
        reportConnections: log.reports.connections,
        backlog: config.connection_queue,
      }),
    )
  } catch (error) {
    if (error instanceof TlsError) throw (await import('./certificate.ts')).certificateProblem(error, loaded)
    // What hosts make impossible for each other.
    if (error instanceof TypeError && loaded.hosts.length > 0) throw problem(loaded.hosts[0].origin, error.message)
    throw listenError(error, loaded)
  }
}

/** Shows where the site is, and says it in the log where nobody sees a banner. */
function announce(loaded: Loaded, server: Server, log: Log, version: string): readonly string[] {
  const { config } = loaded
  const { links, others, hosts, urls } = whereToLook(loaded, server)
  const stream = log.usesStdout ? process.stderr : process.stdout
  const isTerminal = stream.isTTY === true
  stream.write(
    banner(
      {
        version,
        folder:
          hosts.length > 0
            ? count(hosts.length, 'host')
            : relative(process.cwd(), config.document_root) || 'this folder',
        links,
        others,
        hosts,
        isOpen: links.network.length > 0,
        hints: hosts.length > 0 ? [] : hintsFor(config),
      },
      {
        colours: coloursIf(wantsColour(config.colored_logging, isTerminal, process.env)),
        hyperlinks: hasHyperlinks(isTerminal, process.env),
      },
    ),
  )
  if (log.usesStdout || config.log_file !== null) log.info(`Listening on ${[...urls, ...others].join(', ')}`)
  return urls
}

function hintsFor(config: Config): string[] {
  const hasIndex = config.index_files.some(name => existsSync(join(config.document_root, name)))
  return hasIndex || config.directory_listing
    ? []
    : [`There is no ${config.index_files[0] ?? 'index'} here; --directory-listing shows what there is.`]
}

async function drain(server: Server, seconds: number, signal: string, log: Log): Promise<void> {
  const open = server.ledger.connections
  const wait =
    open === 0 ? '' : `; ${count(open, 'connection')} may finish within ${seconds} s, ${signal} again ends at once`
  log.info(`${signal}: stopping${wait}`)
  const { cut } = await server.drain(seconds * 1000)
  if (cut.length === 0) return
  log.warn(
    `${count(cut.length, 'request')} did not finish in ${seconds} s and ${cut.length === 1 ? 'was' : 'were'} cut`,
  )
  for (const { request, address, sent } of cut.slice(0, MOST_CUT_SHOWN))
    log.warn(`Cut: ${redactTarget(request)} from ${address || 'a local process'} after ${sent} bytes`)
}

/** More would bury what else the log says. */
const MOST_CUT_SHOWN = 20

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`
}

async function open(url: string, log: Log): Promise<void> {
  const { openInBrowser } = await import('./browser.ts')
  openInBrowser(url, reason => log.warn(`The browser could not be opened: ${reason}`))
}

function checkValue(key: Key, check: () => unknown, { origins }: Loaded): void {
  try {
    check()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw problem(origins[key], `${key}: ${error.message}`)
  }
}

function problem(origin: Origin, message: string): ConfigError {
  return new ConfigError([{ origin, message }])
}
