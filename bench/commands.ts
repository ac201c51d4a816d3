// How each program is started as a server: its arguments, and the configuration it is given. All have one worker, log no
// requests, and wait as long for idle connections as nginx does.
import { join } from 'node:path'
import { isH2, isSecure, type Service } from './loads.ts'
import { native, script } from './programs.ts'

/** What a server is started with. */
export interface Place {
  readonly service: Service
  readonly port: number
  /** A folder for its own files, removed at the end; also its working directory. */
  readonly folder: string
  /** The document root. */
  readonly site: string
  readonly certificate: string
  readonly key: string
}

export interface Command {
  readonly argv: readonly string[]
  /** Files to write into `place.folder` first, by name. */
  readonly files?: Readonly<Record<string, string>>
}

const HELLO = 'Hello, world!'

export function nginx(place: Place, sendfile: 'on' | 'off' = 'on'): Command {
  const { service, port, folder, site, certificate, key } = place
  const terms = `${isSecure(service) ? ' ssl' : ''}${isH2(service) ? ' http2' : ''}`
  const files = `include /etc/nginx/mime.types; root ${site}; sendfile ${sendfile}; tcp_nopush ${sendfile};`
  const hello = `default_type "text/plain; charset=utf-8"; return 200 "${HELLO}";`
  const param = 'default_type "text/plain; charset=utf-8"; return 200 "Hello, $1";'
  const upload = `root ${folder}; dav_methods PUT; client_max_body_size 0;`
  const config = `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr warn;
${isRoot() ? 'user root;' : ''}
events { worker_connections 16384; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port}${terms} backlog=1024;
    ${isSecure(service) ? `ssl_certificate ${certificate}; ssl_certificate_key ${key}; ssl_protocols TLSv1.2 TLSv1.3;` : ''}
    location ${kindOf(service) === 'param' ? '~ ^/hello/([^/]+)$' : '/'} { ${byKind(service, { hello, files, upload, param })} }
  }
}
`
  return {
    argv: ['nginx', '-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')],
    files: { 'nginx.conf': config },
  }
}

export function caddy({ service, port, site, certificate, key }: Place): Command {
  const scheme = isSecure(service) ? 'https' : 'http'
  const hello = `header Content-Type "text/plain; charset=utf-8"\n  respond "${HELLO}"`
  const files = `root * ${site}\n  file_server`
  const config = `{
  admin off
  auto_https off
  log {
    level ERROR
  }
  ${isH2(service) ? 'servers {\n    protocols h1 h2 h2c\n  }' : ''}
}
${scheme}://127.0.0.1:${port} {
  bind 127.0.0.1
  ${isSecure(service) ? `tls ${certificate} ${key}` : ''}
  ${byKind(service, { hello, files })}
}
`
  return {
    argv: ['caddy', 'run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
    files: { Caddyfile: config },
  }
}

/** Its hello is a small file: that costs it less than a script. */
export function h2o({ service, port, folder, site, certificate, key }: Place): Command {
  const hello = `file.dir: ${folder}`
  const files = `file.dir: ${site}`
  // Its handler runs once the content is there, and can be asked for the length that it came with.
  const upload = `mruby.handler: 'Proc.new {|env| [200, {}, [env["CONTENT_LENGTH"]]]}'`
  const tls = `\n  ssl:\n    certificate-file: ${certificate}\n    key-file: ${key}\n    ocsp-update-interval: 0`
  const config = `${isRoot() ? 'user: root\n' : ''}num-threads: 1
max-connections: 16384
http2-idle-timeout: 75
listen:
  host: 127.0.0.1
  port: ${port}${isSecure(service) ? tls : ''}
hosts:
  default:
    paths:
      /:
        ${byKind(service, { hello, files, upload })}
`
  return { argv: ['h2o', '-c', 'h2o.yaml'], files: { 'h2o.yaml': config, 'index.html': HELLO } }
}

/** It serves files alone: hello is one, and content that is sent to it is answered with an empty one. */
export function nghttpd({ service, port, folder, site, certificate, key }: Place): Command {
  const root = byKind(service, { hello: folder, files: site, upload: folder })
  const tls = isSecure(service) ? [key, certificate] : []
  return {
    argv: ['nghttpd', ...(tls.length > 0 ? [] : ['--no-tls']), '-a', '127.0.0.1', '-d', root, String(port), ...tls],
    files: { 'index.html': HELLO, upload: '' },
  }
}

export function node(...argv: (string | number)[]): Command {
  return { argv: [process.execPath, ...argv.map(String)] }
}

/** A script on Node that takes what to do, the port, and then what the service needs. */
export function nodeScript(name: string, place: Place): Command {
  return node(script(name), kindOf(place.service), place.port, ...credentials(place), ...root(place))
}

export function bun(place: Place): Command {
  const { service, port } = place
  const argv = [native('@oven/bun-linux', 'bin/bun'), script('bun.mjs'), service, String(port)]
  return { argv: [...argv, ...credentials(place), ...root(place)] }
}

/** What a WebSocket server does, for its command line: `echo`, `deflate` or `rooms`. */
export function socketKind({ service }: Place): string {
  return service.replace(/^ws-?/, '') || 'echo'
}

export function bunSockets(place: Place): Command {
  const argv = [native('@oven/bun-linux', 'bin/bun'), script('bun-ws.mjs'), socketKind(place), String(place.port)]
  return { argv }
}

export function denoSockets(place: Place): Command {
  return denoScript('deno-ws.mjs', socketKind(place), String(place.port))
}

export function deno(place: Place): Command {
  return denoScript('deno.mjs', kindOf(place.service), String(place.port), ...credentials(place))
}

function denoScript(name: string, ...rest: string[]): Command {
  const flags = ['-A', '--no-config', '--v8-flags=--expose-gc']
  return { argv: [native('@deno/linux', 'deno'), 'run', ...flags, script(name), ...rest] }
}

/** A Python program of `peers/`, by a server that Debian brings. */
export function python(...argv: (string | number)[]): Command {
  return { argv: ['env', `PYTHONPATH=${script('')}`, 'PYTHONDONTWRITEBYTECODE=1', ...argv.map(String)] }
}

/** One worker, and the parts in C that it can use. */
export function uvicorn(app: string, port: number): Command {
  const parts = ['--loop', 'uvloop', '--http', 'httptools', '--timeout-keep-alive', 75]
  return python(
    'uvicorn',
    app,
    '--host',
    '127.0.0.1',
    '--port',
    port,
    '--no-access-log',
    '--log-level',
    'error',
    ...parts,
  )
}

export function hypercorn(app: string, port: number): Command {
  const terms = ['--workers', 1, '--worker-class', 'uvloop', '--keep-alive', 75, '--log-level', 'error']
  return python('hypercorn', app, '--bind', `127.0.0.1:${port}`, ...terms)
}

/** Its usual worker closes each connection after one request; this one keeps them, and with four threads it is at its best here. */
export function gunicorn(app: string, port: number): Command {
  const worker = [
    '--workers',
    1,
    '--worker-class',
    'gthread',
    '--threads',
    4,
    '--keep-alive',
    75,
    '--log-level',
    'error',
  ]
  return python('gunicorn', app, '--bind', `127.0.0.1:${port}`, ...worker)
}

/** Certificate and key where the service is over TLS, for a command line. */
export function credentials({ service, certificate, key }: Place): string[] {
  return isSecure(service) ? [certificate, key] : []
}

type Kind = 'hello' | 'files' | 'upload' | 'param' | 'events'

const KINDS: readonly Kind[] = ['files', 'upload', 'param', 'events']

function kindOf(service: Service): Kind {
  return KINDS.find(kind => service.includes(kind)) ?? 'hello'
}

function root({ service, site }: Place): string[] {
  return kindOf(service) === 'files' ? [site] : []
}

/** @throws where the server has no way to do what is asked: then its row in the table of peers is wrong */
function byKind(service: Service, ways: Partial<Record<Kind, string>>): string {
  const way = ways[kindOf(service)]
  if (way === undefined) throw new Error(`There is no way to offer "${service}"`)
  return way
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}
