// What must be there before anything is measured: this server built, a document root, a certificate.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FILES, isSecure, type Load } from './loads.ts'

/** A checkout of this project. */
export interface Project {
  readonly root: string
  /** The modules to start: the library's entry and the command. */
  readonly library: string
  readonly command: string
  /** The entry that compresses. */
  readonly compression: string
  readonly version: string
  /** Revisions that came before HTTP/2 do not speak it. */
  readonly speaksH2: boolean
  /** Revisions that came before applications have none. */
  readonly hasApp: boolean
  /** Revisions that came before WebSocket do not speak it. */
  readonly speaksWebSocket: boolean
  /** The program that `npm run echo` starts; null for revisions without one. */
  readonly echo: string | null
}

export interface Materials {
  /** Everything temporary is in here. */
  readonly folder: string
  readonly site: string
  readonly certificate: string
  readonly key: string
}

/** What to start of the checkout at `root`: what its package publishes, or the sources that this is built from. */
export function project(root: string, from: 'dist' | 'src'): Project {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const published = { library: entry(manifest.exports?.['.']), command: entry(manifest.bin) }
  const place = (path: string) =>
    join(root, from === 'dist' ? path : path.replace(/^(\.\/)?dist\//, 'src/').replace(/\.js$/, '.ts'))
  const echo = join(root, 'examples/echo.ts')
  return {
    root,
    library: place(published.library ?? 'dist/index.js'),
    command: place(published.command ?? 'dist/cli/main.js'),
    compression: place(entry(manifest.exports?.['./compression']) ?? 'dist/middleware/compression/index.js'),
    version: `${manifest.version} (${revision(root)}${from === 'src' ? ', from src' : ''})`,
    speaksH2: existsSync(join(root, 'src/h2/index.ts')),
    hasApp: existsSync(join(root, 'src/app/index.ts')),
    speaksWebSocket: existsSync(join(root, 'src/websocket/index.ts')),
    echo: existsSync(echo) ? echo : null,
  }
}

/** The checkout at `root` as it is published, built now. Where the build fails, its sources: a stale build must not be measured. */
export function built(root: string): Project {
  console.log('Building (npm run build) …')
  try {
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
    return project(root, 'dist')
  } catch {
    console.log('The build failed: measuring the sources instead.')
    return project(root, 'src')
  }
}

/** Makes the temporary folder with what the given loads need. */
export function makeMaterials(loads: readonly Load[]): Materials {
  const folder = mkdtempSync(join(tmpdir(), 'wirewright-bench-'))
  // nginx's and Caddy's workers may run as somebody else.
  chmodSync(folder, 0o755)
  const site = join(folder, 'site')
  mkdirSync(site)
  const wanted = new Set(loads.map(load => load.path))
  for (const [path, size] of Object.entries(FILES))
    if (wanted.has(path)) writeFileSync(join(site, path), randomBytes(size / 2).toString('hex'))
  for (const load of loads)
    if (load.kind === 'throughput' && load.sends > 0)
      writeFileSync(contentFile({ folder }, load.sends), contentOf(load.sends))
  const certificate = join(folder, 'cert.pem')
  const key = join(folder, 'key.pem')
  if (loads.some(load => load.services.some(isSecure))) makeCertificate(certificate, key)
  return { folder, site, certificate, key }
}

/** Where the content of requests is, for a client that reads it from a file. */
export function contentFile({ folder }: Pick<Materials, 'folder'>, size: number): string {
  return join(folder, `content-${size}`)
}

export function contentOf(size: number): string {
  return 'x'.repeat(size)
}

function makeCertificate(certificate: string, key: string): void {
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
  chmodSync(key, 0o644)
}

/** The first path in an entry of `exports` or `bin`, however deep its conditions. */
function entry(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return undefined
  const conditions = value as Record<string, unknown>
  return entry(conditions.default ?? conditions.import ?? Object.values(conditions)[0])
}

function revision(root: string): string {
  const git = (...argv: string[]) =>
    execFileSync('git', argv, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src') && ' with changes')
  } catch {
    return 'no revision'
  }
}
