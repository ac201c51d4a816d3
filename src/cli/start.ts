// `wirewright [folder]`: from what was typed to a running server, its banner, and its end.
import { existsSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Config, ConfigError, type Key, type Loaded, notYetInForce, type Origin } from '../config/index.ts'
import { FieldList } from '../http/fields.ts'
import { trustList } from '../http/forwarded.ts'
import { redactTarget } from '../http/secrets.ts'
import { coloursIf, createLog, type Log, wantsColour } from '../observe/index.ts'
import { type Server, serve } from '../server/index.ts'
import { systemdSockets, type TlsContext } from '../transport/index.ts'
import { type Listening, linksFor } from './addresses.ts'
import { banner, hasHyperlinks } from './banner.ts'
import { serverField } from './fields.ts'
import { type FolderServer, folderServer } from './folder-server.ts'
import { limitsOf } from './limits.ts'
import { listenToSignals } from './signals.ts'
import { firstFree, listenError, placesToListen } from './where.ts'

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
  const folder = await folderFor(loaded, log, () => stopping)
  const tls = config.enable_ssl ? await tlsFor(loaded, log) : undefined
  const server = await serverFor(loaded, folder, log, tls)

  listenToSignals({
    hasTerminal: process.stdin.isTTY || process.stdout.isTTY,
    hangUp: () => log.reopen(),
    endNow: () => log.warn('Ending at once'),
    async stop(signal) {
      stopping = true
      // Before the draining: the event streams of live reload would not end by themselves.
      folder.close()
      await drain(server, config.drain_timeout, signal, log)
      log.info('Stopped')
      log.close()
    },
  })
  // Whoever reads the banner may send a signal at once, so this comes last.
  const links = announce(loaded, server, log, version)
  if (config.open && links[0] !== undefined) await open(links[0], log)
}

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

async function folderFor(loaded: Loaded, log: Log, isStopping: () => boolean): Promise<FolderServer> {
  const { config, origins } = loaded
  checkValue('trusted_proxies', () => trustList(config.trusted_proxies), loaded)
  checkValue('server_name', () => FieldList.of({ Server: serverField({ ...config, server_version: null }) }), loaded)
  checkValue('server_version', () => FieldList.of({ Server: serverField(config) }), loaded)
  if (!existsSync(config.document_root))
    throw problem(origins.document_root, `There is no folder ${config.document_root} to serve`)
  if (!statSync(config.document_root).isDirectory())
    throw problem(origins.document_root, `${config.document_root} is no folder; name the one that it is in`)
  try {
    return await folderServer(config, {
      isStopping,
      configFile: loaded.file,
      warn: (message, error) => log.warn(message, error),
    })
  } catch (error) {
    if (!(error instanceof TypeError || (error as Error).name === 'TemplateError')) throw error
    const isTemplate = (error as Error).name === 'TemplateError'
    throw problem(isTemplate ? origins.listing_template : { source: 'default' }, (error as Error).message)
  }
}

async function tlsFor(loaded: Loaded, log: Log): Promise<TlsContext> {
  const { certificateFor } = await import('./certificate.ts')
  const { context, isSelfMade } = await certificateFor(loaded, Date.now())
  if (isSelfMade)
    log.info(
      'HTTPS with a certificate made for development: browsers will ask. --ssl-cert and --ssl-key name a real one',
    )
  for (const notice of context.notices) log.warn(notice)
  return context
}

async function serverFor(loaded: Loaded, folder: FolderServer, log: Log, tls: TlsContext | undefined): Promise<Server> {
  const { config } = loaded
  const handedOver = systemdSockets(process.env, process.pid)
  // Health checks come every few seconds, from machines; nobody wants to read of them.
  const isHealth = config.health_path === null ? null : (path: string) => path === config.health_path
  try {
    return await firstFree(placesToListen(config, handedOver), listen =>
      serve(folder.handler, {
        listen,
        tls,
        plain: config.redirect_http ? 'redirect' : 'refuse',
        limits: limitsOf(config),
        serverName: serverField(config),
        trustedProxies: config.trusted_proxies,
        refuse: folder.refuse,
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
    throw listenError(error, loaded)
  }
}

/** Shows where the site is, and says it in the log where nobody sees a banner. */
function announce({ config }: Loaded, server: Server, log: Log, version: string): readonly string[] {
  const listening = server.addresses.filter((address): address is Listening => 'port' in address)
  const others = server.addresses.flatMap(address => ('path' in address ? [address.path] : []))
  const links = linksFor(config.enable_ssl ? 'https' : 'http', listening)
  const stream = log.usesStdout ? process.stderr : process.stdout
  const isTerminal = stream.isTTY === true
  stream.write(
    banner(
      {
        version,
        folder: relative(process.cwd(), config.document_root) || 'this folder',
        links,
        others,
        isOpen: links.network.length > 0,
        hints: hintsFor(config),
      },
      {
        colours: coloursIf(wantsColour(config.colored_logging, isTerminal, process.env)),
        hyperlinks: hasHyperlinks(isTerminal, process.env),
      },
    ),
  )
  if (log.usesStdout || config.log_file !== null)
    log.info(`Listening on ${[...links.local, ...links.network, ...others].join(', ')}`)
  return [...links.local, ...links.network]
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
