// Every option there is, as one table: what it is called, what may stand in it, what holds where nobody says anything,
// and how help explains it. The file reader, the environment, the flags, the JSON Schema and `--help` are all made of it.
import {
  choice,
  count,
  file,
  flag,
  folder,
  GROUPS,
  headers,
  list,
  type Option,
  option,
  optional,
  port,
  redirects,
  seconds,
  text,
} from './shapes.ts'

const DAY = 86_400
const YEAR = 31_536_000
const GIB = 1_073_741_824

const LISTEN = { group: GROUPS[0] }
/** These may differ from host to host. */
const SERVE = { group: GROUPS[1], perHost: true }
const CACHING = { group: GROUPS[2], perHost: true }
const SECURITY = { group: GROUPS[3] }
const HOST_SECURITY = { ...SECURITY, perHost: true }
const HTTPS = { group: GROUPS[4] }
const HOST_HTTPS = { ...HTTPS, perHost: true }
const LIMITS = { group: GROUPS[5] }
const LOGGING = { group: GROUPS[6] }
const DEVELOPMENT = { group: GROUPS[7] }
const HOST_DEVELOPMENT = { ...DEVELOPMENT, perHost: true }
const LATER = { group: GROUPS[8] }

export const OPTIONS = {
  host: option(text, 'localhost', 'address to bind; localhost is this machine alone, 0.0.0.0 the whole network', {
    ...LISTEN,
    short: 'H',
    placeholder: 'address',
  }),
  port: option(port, 8000, 'port; 0 for any free one, auto for the next free one from 8000', { ...LISTEN, short: 'p' }),
  http_port: optional(
    count(0, 65_535),
    'with HTTPS: port for plain HTTP beside it, redirected if --redirect-http says so',
    LISTEN,
  ),
  unix_socket: optional(file, 'listen on this Unix socket instead of a port', LISTEN),
  connection_queue: option(count(1, 65_535), 511, 'connections the system holds until they are accepted', LISTEN),
  enable_http2: option(flag, true, 'speak HTTP/2 with clients that know it', {
    ...LISTEN,
    flags: ['http2', 'enable-http2'],
  }),
  enable_h2c: option(flag, false, 'let plain connections change to HTTP/2 by Upgrade: h2c; a way past proxies', {
    ...LISTEN,
    flags: ['h2c', 'enable-h2c'],
  }),
  trusted_proxies: option(
    list,
    [],
    'proxy whose word about the client is believed: address, network, loopback, private or unix',
    {
      ...LISTEN,
      flags: ['trusted-proxy', 'trusted-proxies'],
      placeholder: 'address',
    },
  ),
  health_path: optional(text, 'answer 200 at this path, without log and password, for health checks', {
    ...LISTEN,
    flags: ['health', 'health-path'],
    placeholder: 'path',
  }),
  open: option(flag, false, 'open the site in a browser once it is up', LISTEN),

  document_root: option(folder, '.', 'folder to serve', { ...SERVE, short: 'd', aliases: ['directory'] }),
  directory_listing: option(flag, false, 'list folders that have no index', {
    ...SERVE,
    aliases: ['enable_directory_listing'],
  }),
  listing_title: optional(text, 'title of the listing pages', SERVE),
  listing_exclude: option(list, [], 'leave names like this out of listings, such as *.bak', {
    ...SERVE,
    placeholder: 'pattern',
  }),
  listing_template: optional(file, 'HTML file to make listings from', SERVE),
  show_hidden_files: option(flag, false, 'serve and list files whose names start with a dot', SERVE),
  index_files: option(list, ['index.html', 'index.htm'], 'file that stands for its folder; the first that exists', {
    ...SERVE,
    flags: ['index-file', 'index-files'],
    placeholder: 'name',
  }),
  spa: option(flag, false, "answer what is not found with the root's index, for single-page applications", SERVE),
  clean_urls: option(flag, false, 'serve about.html as /about, and redirect /about.html there', SERVE),
  enable_precompressed: option(
    flag,
    true,
    'serve file.br, file.zst or file.gz in place of file to clients that take it',
    {
      ...SERVE,
      flags: ['precompressed', 'enable-precompressed'],
    },
  ),
  enable_compression: option(flag, false, 'compress what is sent, for clients that take zstd, br, gzip or deflate', {
    ...SERVE,
    flags: ['compression', 'enable-compression'],
  }),
  redirects: option(redirects, [], 'redirect a path: "/old/* /new/:splat 301"; without a status 302', {
    ...SERVE,
    flags: ['redirect', 'redirects'],
    placeholder: 'rule',
  }),
  headers: option(headers, [], 'set a field on files by their paths: "/assets/* Cache-Control: no-store"', {
    ...SERVE,
    flags: ['header', 'headers'],
    placeholder: 'rule',
  }),

  enable_cache: option(flag, true, 'keep files in memory', CACHING),
  cache_max_size: option(count(0, 1_048_576), 100, 'most megabytes of files to keep in memory', CACHING),
  cache_max_age: option(count(0, YEAR), 3600, 'seconds after which a file in memory is read again', CACHING),
  enable_browser_caching: option(flag, true, 'let browsers keep files; HTML is always asked for again', CACHING),
  browser_cache_time: option(count(0, YEAR), 0, 'seconds that browsers may keep a file without asking again', CACHING),
  immutable_files: option(flag, true, 'let browsers keep files with a hash in their name for a year', {
    ...CACHING,
    flags: ['immutable', 'immutable-files'],
  }),

  server_name: optional(text, 'product in the Server field; empty for no such field', SECURITY, 'Wirewright'),
  server_version: optional(text, 'version in the Server field', SECURITY),
  auth: optional(text, 'ask for this name and password; better named in WIREWRIGHT_AUTH', {
    ...HOST_SECURITY,
    placeholder: 'user:password',
    secret: true,
  }),
  enable_security_headers: option(flag, true, 'send nosniff, Referrer-Policy and the other security fields', {
    ...HOST_SECURITY,
    flags: ['security-headers', 'enable-security-headers'],
  }),
  hsts_max_age: option(
    seconds(10 * YEAR),
    0,
    'tell browsers to come over HTTPS alone for so many seconds; 0 for not',
    HOST_SECURITY,
  ),
  enable_cors: option(flag, false, 'let scripts of other sites read files', {
    ...HOST_SECURITY,
    flags: ['cors', 'enable-cors'],
  }),
  cors_allow_origin: option(list, ['*'], 'origin that may, such as https://app.example', {
    ...HOST_SECURITY,
    placeholder: 'origin',
  }),

  enable_ssl: option(flag, false, 'HTTPS; without a certificate a development one is made', {
    ...HOST_HTTPS,
    flags: ['ssl', 'enable-ssl'],
  }),
  ssl_cert: optional(file, 'certificate and its chain, PEM', HOST_HTTPS),
  ssl_key: optional(file, 'private key, PEM', HOST_HTTPS),
  ssl_password: optional(text, 'passphrase of the key; better named in WIREWRIGHT_SSL_PASSWORD', {
    ...HOST_HTTPS,
    secret: true,
  }),
  redirect_http: option(
    flag,
    false,
    'take http:// on the same port, and on --http-port, and redirect it to https://',
    HTTPS,
  ),

  request_timeout: option(
    seconds(DAY),
    30,
    "seconds for a request's head to arrive, and for its reply to begin; 0 for no end",
    LIMITS,
  ),
  head_timeout: optional(seconds(DAY), "seconds for a request's head alone, if other than --request-timeout", LIMITS),
  idle_timeout: option(seconds(DAY), 75, 'seconds a connection may stay open between two requests', LIMITS),
  write_timeout: option(seconds(DAY), 60, 'seconds a client may take no byte of its reply', LIMITS),
  handshake_timeout: option(seconds(DAY), 10, 'seconds for the TLS handshake', LIMITS),
  content_rate: option(count(0, GIB), 500, 'least bytes a second at which content must arrive; 0 for any', LIMITS),
  content_grace: option(seconds(DAY), 20, 'seconds before that rate is asked for', LIMITS),
  linger_timeout: option(
    seconds(60),
    5,
    'seconds a refused connection is read on, so that the refusal is not lost',
    LIMITS,
  ),
  drain_timeout: option(
    seconds(DAY),
    10,
    'seconds that running requests have to finish when the server is stopped',
    LIMITS,
  ),
  max_head_size: option(count(1024, 16_777_216), 32_768, "most bytes of a request's head", LIMITS),
  max_target_size: option(count(64, 1_048_576), 8192, "most bytes of a request's target", LIMITS),
  max_fields: option(count(8, 10_000), 100, 'most fields of a request', LIMITS),
  max_content_size: option(count(0), GIB, "most bytes of a request's content", LIMITS),
  max_connections: optional(
    count(1, 1_000_000),
    'most connections at a time; else as many as the system allows',
    LIMITS,
  ),
  max_connections_per_address: option(
    count(0, 1_000_000),
    0,
    'most connections at a time from one address; 0 for no limit',
    LIMITS,
  ),
  max_requests_per_connection: option(count(0), 0, 'requests after which a connection is closed; 0 for no end', LIMITS),

  log_level: option(
    choice(['DEBUG', 'INFO', 'WARNING', 'ERROR']),
    'INFO',
    'least grave thing that is logged: DEBUG, INFO, WARNING or ERROR',
    LOGGING,
  ),
  log_file: optional(file, 'file for the log; its folder is made', LOGGING),
  log_format: option(
    choice(['text', 'common', 'combined', 'json']),
    'text',
    'how the log is written: text, common, combined or json',
    LOGGING,
  ),
  access_log: option(flag, true, 'log each request', LOGGING),
  log_max_size: option(count(0), 10_485_760, 'bytes after which the log file is put aside; 0 for never', LOGGING),
  log_max_age: option(seconds(10 * YEAR), 0, 'seconds after which the log file is put aside; 0 for never', LOGGING),
  log_keep: option(count(0, 1000), 5, 'log files put aside that are kept', LOGGING),
  colored_logging: option(flag, true, 'colour where the log goes to a terminal', {
    ...LOGGING,
    flags: ['color', 'colored-logging'],
  }),

  development: option(flag, false, 'tell clients what exactly was wrong; for the network of nobody else', {
    ...DEVELOPMENT,
    flags: ['development', 'dev'],
  }),
  live: option(flag, false, 'reload pages in the browser when a file changes', HOST_DEVELOPMENT),

  max_threads: option(count(1, 1024), 1, 'most worker threads', {
    ...LATER,
    later: (value: unknown) => (value as number) > 1,
  }),
  model: optional(
    choice(['sequential', 'multiplexed', 'threads', 'processes']),
    'how connections share the work: sequential, multiplexed, threads or processes',
    {
      ...LATER,
      later: (value: unknown) => value !== null && value !== 'multiplexed',
    },
  ),
  enable_file_uploads: option(flag, false, 'take uploads', {
    ...LATER,
    later: isOn,
    flags: ['uploads', 'enable-file-uploads'],
  }),
  max_upload_size: option(count(0), 10_485_760, 'most bytes of an upload', LATER),
  upload_folder: optional(folder, 'where uploads are kept', { ...LATER, later: isGiven }),
  enable_server_status: option(flag, false, 'a dashboard at /server-status', {
    ...LATER,
    later: isOn,
    flags: ['server-status', 'enable-server-status'],
  }),
  server_status_allow: option(list, ['loopback'], 'address or network that may see it', {
    ...LATER,
    placeholder: 'address',
  }),
} as const satisfies Record<string, Option<unknown>>

export type Key = keyof typeof OPTIONS

/** What is in force: a value for every option. */
export type Config = { readonly [K in Key]: (typeof OPTIONS)[K] extends Option<infer T> ? T : never }

export const KEYS = Object.keys(OPTIONS) as Key[]

/** Those that one of several hosts may have of its own. */
export const HOST_KEYS = KEYS.filter(key => about(key).perHost)

/** The option of that name, or of that older name. */
export function keyNamed(name: string): Key | undefined {
  return Object.hasOwn(OPTIONS, name) ? (name as Key) : OLDER.get(name)
}

const OLDER = new Map(KEYS.flatMap(key => (about(key).aliases ?? []).map(alias => [alias, key] as const)))

export function about(key: Key): Option<unknown> {
  return OPTIONS[key]
}

/** The names of an option's flags without their dashes, the one to show first. */
export function flagsOf(key: Key): readonly string[] {
  const { flags, aliases = [] } = about(key)
  return [...(flags ?? [kebab(key)]), ...aliases.map(kebab)]
}

export function variableOf(name: string): string {
  return `WIREWRIGHT_${name.toUpperCase()}`
}

function kebab(name: string): string {
  return name.replaceAll('_', '-')
}

function isOn(value: unknown): boolean {
  return value === true
}

function isGiven(value: unknown): boolean {
  return value !== null
}
