// The servers that are measured, as data: how each is started for each service. Adding a peer is adding a row.
import { join } from 'node:path'
import type { Service } from './loads.ts'
import type { Project } from './prepare.ts'
import { compiled, native, packaged, printed, script } from './programs.ts'

/** What a peer is started with. */
export interface Place {
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

export interface Peer {
  readonly name: string
  readonly title: string
  /** Programs it needs, which are also the names of their Debian packages. */
  readonly needs: readonly string[]
  readonly version: () => string
  readonly services: Partial<Record<Service, (place: Place) => Command>>
  /** It collects its garbage on SIGUSR2 (see `peers/collect.mjs`), so that its memory can be compared without. */
  readonly collects: boolean
}

/** This server, from a checkout. */
export function ours(project: Project, name = 'ours', title = 'Wirewright'): Peer {
  const hello = script('ours-hello.mjs')
  return {
    name,
    title,
    needs: [],
    version: () => project.version,
    services: {
      hello: ({ port }) => node(hello, project.library, port),
      https: ({ port, certificate, key }) => node(hello, project.library, port, certificate, key),
      // Its defaults but for the log of requests.
      files: ({ port, site }) =>
        node(project.command, '--host', '127.0.0.1', '--port', port, '--document-root', site, '--no-access-log'),
    },
    collects: true,
  }
}

export const others: readonly Peer[] = [
  {
    name: 'node-http',
    title: 'node:http',
    needs: [],
    version: () => `Node ${process.versions.node}; files with sirv ${packaged('sirv')}`,
    services: {
      hello: ({ port }) => node(script('node-http.mjs'), 'hello', port),
      https: ({ port, certificate, key }) => node(script('node-http.mjs'), 'hello', port, certificate, key),
      files: ({ port, site }) => node(script('node-http.mjs'), 'files', port, site),
    },
    collects: true,
  },
  {
    name: 'fastify',
    title: 'Fastify',
    needs: [],
    version: () => packaged('fastify'),
    services: {
      hello: ({ port }) => node(script('fastify.mjs'), port),
      https: ({ port, certificate, key }) => node(script('fastify.mjs'), port, certificate, key),
    },
    collects: true,
  },
  {
    name: 'hono',
    title: 'Hono on Node',
    needs: [],
    version: () => `${packaged('hono')}, @hono/node-server ${packaged('@hono/node-server')}`,
    services: {
      hello: ({ port }) => node(script('hono.mjs'), port),
      https: ({ port, certificate, key }) => node(script('hono.mjs'), port, certificate, key),
    },
    collects: true,
  },
  {
    name: 'bun',
    title: 'Bun.serve',
    needs: [],
    version: () => packaged('bun'),
    services: {
      hello: ({ port }) => bun('hello', port),
      https: ({ port, certificate, key }) => bun('hello', port, certificate, key),
      files: ({ port, site }) => bun('files', port, site),
    },
    collects: true,
  },
  {
    name: 'deno',
    title: 'Deno.serve',
    needs: [],
    version: () => packaged('deno'),
    services: {
      hello: ({ port }) => deno(port),
      https: ({ port, certificate, key }) => deno(port, certificate, key),
    },
    collects: true,
  },
  {
    name: 'nginx',
    title: 'nginx',
    needs: ['nginx'],
    version: () => printed('nginx', '-v').replace(/^.*nginx\//, ''),
    services: {
      hello: place => nginx(place, `listen 127.0.0.1:${place.port} backlog=1024;`, HELLO_LOCATION),
      https: place =>
        nginx(
          place,
          `listen 127.0.0.1:${place.port} ssl backlog=1024; ssl_certificate ${place.certificate}; ssl_certificate_key ${place.key};`,
          HELLO_LOCATION,
        ),
      files: place => nginx(place, `listen 127.0.0.1:${place.port} backlog=1024;`, filesLocation(place.site, 'on')),
    },
    collects: false,
  },
  {
    name: 'nginx-no-sendfile',
    title: 'nginx, sendfile off',
    needs: ['nginx'],
    version: () => printed('nginx', '-v').replace(/^.*nginx\//, ''),
    services: {
      files: place => nginx(place, `listen 127.0.0.1:${place.port} backlog=1024;`, filesLocation(place.site, 'off')),
    },
    collects: false,
  },
  {
    name: 'caddy',
    title: 'Caddy',
    needs: ['caddy'],
    version: () => printed('caddy', 'version').split(' ')[0]!,
    services: {
      hello: place => caddy(`http://127.0.0.1:${place.port}`, CADDY_HELLO),
      https: place =>
        caddy(`https://127.0.0.1:${place.port}`, `tls ${place.certificate} ${place.key}\n  ${CADDY_HELLO}`),
      files: place => caddy(`http://127.0.0.1:${place.port}`, `root * ${place.site}\n  file_server`),
    },
    collects: false,
  },
  {
    name: 'limit',
    title: 'C and epoll, no parsing',
    needs: ['gcc'],
    version: () => printed('gcc', '--version').split('\n')[0]!,
    services: { hello: ({ port }) => ({ argv: [compiled('limit'), String(port)] }) },
    collects: false,
  },
  {
    name: 'node-limit',
    title: 'node:net, no parsing',
    needs: [],
    version: () => `Node ${process.versions.node}`,
    services: { hello: ({ port }) => node(script('node-limit.mjs'), port) },
    collects: true,
  },
  {
    name: 'net',
    title: 'node:net, read once',
    needs: [],
    version: () => `Node ${process.versions.node}`,
    services: { bare: ({ port }) => node('-e', BARE, port) },
    collects: true,
  },
]

/** A socket that is read once: what any server on Node pays for a connection, and for its start. */
const BARE = `require('node:net').createServer(socket => {
  socket.on('error', () => {})
  socket.once('data', () => socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 13\\r\\n\\r\\nHello, world!'))
}).listen({ port: +process.argv[1], host: '127.0.0.1', backlog: 1024 })`

const HELLO_LOCATION = `default_type "text/plain; charset=utf-8"; return 200 "Hello, world!";`
const CADDY_HELLO = 'header Content-Type "text/plain; charset=utf-8"\n  respond "Hello, world!"'

function filesLocation(site: string, sendfile: 'on' | 'off'): string {
  return `include /etc/nginx/mime.types; root ${site}; sendfile ${sendfile}; tcp_nopush ${sendfile};`
}

function nginx(place: Place, listen: string, location: string): Command {
  const config = `daemon off;
worker_processes 1;
pid ${place.folder}/nginx.pid;
error_log stderr warn;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 16384; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path ${place.folder}/body;
  proxy_temp_path ${place.folder}/proxy;
  fastcgi_temp_path ${place.folder}/fastcgi;
  uwsgi_temp_path ${place.folder}/uwsgi;
  scgi_temp_path ${place.folder}/scgi;
  server { ${listen} location / { ${location} } }
}
`
  return {
    argv: ['nginx', '-p', place.folder, '-e', 'stderr', '-c', join(place.folder, 'nginx.conf')],
    files: { 'nginx.conf': config },
  }
}

function caddy(address: string, site: string): Command {
  return {
    argv: ['caddy', 'run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
    files: {
      Caddyfile: `{\n  admin off\n  auto_https off\n  log {\n    level ERROR\n  }\n}\n${address} {\n  bind 127.0.0.1\n  ${site}\n}\n`,
    },
  }
}

function node(...argv: (string | number)[]): Command {
  return { argv: [process.execPath, ...argv.map(String)] }
}

function bun(...argv: (string | number)[]): Command {
  return { argv: [native('@oven/bun-linux', 'bin/bun'), script('bun.mjs'), ...argv.map(String)] }
}

function deno(...argv: (string | number)[]): Command {
  return {
    argv: [
      native('@deno/linux', 'deno'),
      'run',
      '-A',
      '--no-config',
      '--v8-flags=--expose-gc',
      script('deno.mjs'),
      ...argv.map(String),
    ],
  }
}
