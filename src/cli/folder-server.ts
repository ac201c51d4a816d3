// From the configuration to what answers requests: the folder as a handler, with a wrapper around it for each option
// that asks for one. They are put together once; an option that is off leaves nothing behind, and its file is not loaded.
import type { Config } from '../config/index.ts'
import type { Handler, Refuse } from '../exchange/index.ts'
import { directoryListing, errorPages, type FilesOptions, files, liveReload } from '../files/index.ts'
import { fieldsOfAll, serverField } from './fields.ts'

export interface FolderServer {
  readonly handler: Handler
  readonly refuse: Refuse
  /** Lets go of what is watched and kept. */
  close(): void
}

export interface Surroundings {
  /** Whether the server is being stopped. */
  readonly isStopping: () => boolean
  /** Files that are never served, wherever they lie. */
  readonly withheld: readonly string[]
  /** Something that the operator should know. */
  readonly warn: (message: string, error?: unknown) => void
}

const MEGABYTE = 1024 * 1024

/** @throws TypeError for a folder or rule that cannot be used */
export async function folderServer(
  config: Config,
  { isStopping, withheld, warn }: Surroundings,
): Promise<FolderServer> {
  const root = config.document_root
  const fields = fieldsOfAll(config)
  const folder = files(root, { ...filesOptions(config), withheld })
  const closers: (() => void)[] = [() => folder.close()]
  let handler: Handler = folder
  let refuse: Refuse = errorPages({
    root,
    development: config.development,
    serverName: serverField(config),
    fields,
  })
  if (config.live) {
    const failed = (error: Error) => warn('The folder can no longer be watched; pages will not reload', error)
    const live = liveReload(handler, root, { failed })
    closers.push(() => live.close())
    handler = live
    refuse = live.refuse(refuse)
  }
  if (config.enable_compression) {
    const { compressed, compressedRefusals } = await import('../middleware/compression/index.ts')
    const options = config.enable_cache ? {} : { keep: 0 }
    handler = compressed(handler, options)
    refuse = compressedRefusals(refuse, options)
  }
  if (config.auth !== null) {
    const { withPassword } = await import('./auth.ts')
    handler = withPassword(handler, config.auth)
  }
  // Around the password: a preflight comes without one.
  if (config.enable_cors) {
    const { corsOptions, refuseWithCors, withCors, withPreflights } = await import('./cors.ts')
    const options = corsOptions(config.cors_allow_origin)
    handler = options.origins === '*' ? withPreflights(handler, options) : withCors(handler, options)
    if (options.origins !== '*') refuse = refuseWithCors(refuse, options)
  }
  if (config.health_path !== null) {
    const { withHealth } = await import('./health.ts')
    handler = withHealth(handler, config.health_path, isStopping)
  }
  return {
    handler,
    refuse,
    close() {
      for (const close of closers) close()
    },
  }
}

function filesOptions(config: Config): FilesOptions {
  return {
    index: config.index_files,
    hidden: config.show_hidden_files,
    listing: config.directory_listing ? listingOf(config) : null,
    precompressed: config.enable_precompressed,
    maxAge: config.enable_browser_caching && config.browser_cache_time,
    immutable: config.immutable_files && config.enable_browser_caching,
    spa: config.spa,
    cleanUrls: config.clean_urls,
    redirects: config.redirects,
    headers: config.headers,
    cache: config.enable_cache && { bytes: config.cache_max_size * MEGABYTE, age: config.cache_max_age },
    fields: fieldsOfAll(config),
  }
}

/** What the server itself reads and writes may lie in the folder it serves, and holds what is nobody else's business. */
export function withheldFrom(config: Config, configFile: string | null): string[] {
  const { ssl_key: key, ssl_cert: certificate, log_file: log, log_keep: keep, listing_template: template } = config
  const logs = log === null ? [] : [log, ...Array.from({ length: keep }, (_, i) => `${log}.${i + 1}`)]
  return [configFile, key, certificate, template, ...logs].filter(path => path !== null)
}

function listingOf(config: Config) {
  const { listing_title: title, listing_template: template } = config
  return directoryListing({
    root: config.document_root,
    exclude: config.listing_exclude,
    serverName: serverField(config),
    fields: fieldsOfAll(config),
    ...(title === null ? {} : { title }),
    ...(template === null ? {} : { template }),
  })
}
