// The servers that are measured, as data: how each is started for each service. Adding a peer is adding a row.
import {
  bun,
  bunSockets,
  type Command,
  caddy,
  credentials,
  deno,
  denoSockets,
  gunicorn,
  h2o,
  hypercorn,
  nghttpd,
  nginx,
  node,
  nodeScript,
  type Place,
  socketKind,
  uvicorn,
} from './commands.ts'
import type { Service } from './loads.ts'
import type { Project } from './prepare.ts'
import { compiled, packaged, packagedForPython, printed, script } from './programs.ts'

export interface Peer {
  readonly name: string
  readonly title: string
  /** Programs it needs, and packages of Python as Debian names them. */
  readonly needs: readonly string[]
  readonly version: () => string
  readonly services: Services
  /** It collects its garbage on SIGUSR2 (see `peers/collect.mjs`), so that its memory can be compared without. */
  readonly collects: boolean
}

export type Services = Partial<Record<Service, (place: Place) => Command>>

/** All that is asked for in HTTP/2. */
const H2: readonly Service[] = ['h2', 'h2-tls', 'h2-files', 'h2-files-tls', 'h2-upload']
/** A route with a parameter, over both wires. */
const PARAM: readonly Service[] = ['param', 'h2-param']
const SOCKETS: readonly Service[] = ['ws', 'ws-deflate', 'ws-rooms']

/** This server, from a checkout. What has to do with routes is asked of an application, the rest of a handler. */
export function ours(project: Project, name = 'ours', title = 'Wirewright'): Peer {
  const hello = (place: Place) => node(script('ours-hello.mjs'), project.library, place.port, ...credentials(place))
  // Its defaults but for the log of requests.
  const files = (place: Place) => {
    const [certificate, key] = credentials(place)
    const tls = certificate && key ? ['--enable-ssl', '--ssl-cert', certificate, '--ssl-key', key] : []
    const where = ['--host', '127.0.0.1', '--port', place.port, '--document-root', place.site]
    return node(project.command, ...where, '--no-access-log', ...tls)
  }
  const upload = ({ port }: Place) => node(script('ours-upload.mjs'), project.library, port)
  const h2: Services = { h2: hello, 'h2-tls': hello, 'h2-files': files, 'h2-files-tls': files, 'h2-upload': upload }
  const app: Services = {
    ...offered([...PARAM, 'hooks'], program(project, 'param')),
    routes: program(project, 'routes-10'),
    page: program(project, 'pages', project.compression),
    'page-plain': program(project, 'pages'),
    events: program(project, 'events'),
  }
  const sockets: Services = {
    ...offered(['ws', 'ws-deflate', 'h2-ws'], program(project, 'sockets')),
    'ws-rooms': program(project, 'rooms'),
  }
  const { echo } = project
  const echoed: Service[] = ['echo']
  if (project.speaksH2) echoed.push('h2-echo')
  if (project.speaksWebSocket) echoed.push('ws-echo')
  const echoes: Services = echo ? offered(echoed, ({ port }) => node(echo, '--host', '127.0.0.1', '--port', port)) : {}
  return {
    name,
    title,
    needs: [],
    version: () => project.version,
    services: {
      hello,
      https: hello,
      files,
      ...(project.speaksH2 ? h2 : {}),
      ...(project.hasApp ? app : {}),
      ...(project.speaksWebSocket ? sockets : {}),
      ...echoes,
    },
    collects: true,
  }
}

/** This server in other clothes, to be held against an application on it, or an application against its own server. */
export function oursOtherwise(project: Project): readonly Peer[] {
  const common = { needs: [], version: () => project.version, collects: true }
  const hono = ({ port }: Place) => node(script('hono-ours.mjs'), project.library, port)
  return [
    {
      ...common,
      name: 'ours-bare',
      title: 'Wirewright, no App',
      services: offered(PARAM, program(project, 'bare')),
    },
    {
      ...common,
      name: 'ours-1000',
      title: 'Wirewright, 1,000 routes',
      services: { routes: program(project, 'routes-1000') },
    },
    {
      ...common,
      name: 'ours-10000',
      title: 'Wirewright, 10,000 routes',
      services: { routes: program(project, 'routes-10000') },
    },
    {
      ...common,
      name: 'ours-hooks',
      title: 'Wirewright, three hooks',
      services: { hooks: program(project, 'hooks') },
    },
    {
      ...common,
      name: 'ours-borrowed',
      title: 'Wirewright, borrowed messages',
      services: project.speaksWebSocket ? { ws: program(project, 'borrowed') } : {},
    },
    {
      ...common,
      name: 'hono-ours',
      title: 'Hono on Wirewright',
      version: () => `${packaged('hono')}, Wirewright ${project.version}`,
      services: offered(['hello', ...PARAM], hono),
    },
  ]
}

export const others: readonly Peer[] = [
  {
    name: 'node-http',
    title: 'node:http',
    needs: [],
    version: () => `Node ${process.versions.node}; files with sirv ${packaged('sirv')}`,
    services: offered(['hello', 'https', 'files', 'param', 'events'], place => nodeScript('node-http.mjs', place)),
    collects: true,
  },
  {
    name: 'node-http2',
    title: 'node:http2',
    needs: [],
    version: () => `Node ${process.versions.node}`,
    services: offered([...H2, 'h2-param'], place => nodeScript('node-http2.mjs', place)),
    collects: true,
  },
  {
    name: 'fastify',
    title: 'Fastify',
    needs: [],
    version: () => packaged('fastify'),
    services: offered(['hello', 'https', 'param'], place =>
      node(script('fastify.mjs'), place.port, ...credentials(place)),
    ),
    collects: true,
  },
  {
    name: 'hono',
    title: 'Hono on Node',
    needs: [],
    version: () => `${packaged('hono')}, @hono/node-server ${packaged('@hono/node-server')}`,
    services: offered(['hello', 'https', 'param'], place =>
      node(script('hono.mjs'), place.port, ...credentials(place)),
    ),
    collects: true,
  },
  {
    name: 'h3',
    title: 'h3 on Node',
    needs: [],
    version: () => packaged('h3'),
    services: { param: ({ port }) => node(script('h3.mjs'), port) },
    collects: true,
  },
  {
    name: 'express',
    title: 'Express',
    needs: [],
    version: () => packaged('express'),
    services: { param: ({ port }) => node(script('express.mjs'), port) },
    collects: true,
  },
  {
    name: 'uvicorn',
    title: 'FastAPI on uvicorn',
    needs: ['uvicorn', 'python3-fastapi', 'python3-uvloop', 'python3-httptools'],
    version: () => packagedForPython('fastapi', 'uvicorn', 'uvloop', 'httptools'),
    services: { param: ({ port }) => uvicorn('fastapi_hello:app', port) },
    collects: false,
  },
  {
    name: 'hypercorn',
    title: 'FastAPI on hypercorn',
    needs: ['hypercorn', 'python3-fastapi', 'python3-uvloop'],
    version: () => packagedForPython('fastapi', 'hypercorn', 'uvloop'),
    services: { 'h2-param': ({ port }) => hypercorn('fastapi_hello:app', port) },
    collects: false,
  },
  {
    name: 'gunicorn',
    title: 'Flask on gunicorn',
    needs: ['gunicorn', 'python3-flask'],
    version: () => packagedForPython('flask', 'gunicorn'),
    services: { param: ({ port }) => gunicorn('flask_hello:app', port) },
    collects: false,
  },
  {
    name: 'ws',
    title: 'ws',
    needs: [],
    version: () => packaged('ws'),
    services: offered(SOCKETS, place => node(script('ws.mjs'), socketKind(place), place.port)),
    collects: true,
  },
  {
    name: 'bun',
    title: 'Bun.serve',
    needs: [],
    version: () => packaged('bun'),
    services: {
      ...offered(['hello', 'https', 'files', ...H2, ...PARAM, 'events'], bun),
      ...offered(SOCKETS, bunSockets),
    },
    collects: true,
  },
  {
    name: 'deno',
    title: 'Deno.serve',
    needs: [],
    version: () => packaged('deno'),
    services: {
      ...offered(['hello', 'https', 'h2', 'h2-tls', 'h2-upload', ...PARAM, 'events'], deno),
      ...offered(['ws', 'ws-rooms'], denoSockets),
    },
    collects: true,
  },
  {
    name: 'nginx',
    title: 'nginx',
    needs: ['nginx'],
    version: () => printed('nginx', '-v').replace(/^.*nginx\//, ''),
    services: offered(['hello', 'https', 'files', ...H2, ...PARAM], nginx),
    collects: false,
  },
  {
    name: 'nginx-no-sendfile',
    title: 'nginx, sendfile off',
    needs: ['nginx'],
    version: () => printed('nginx', '-v').replace(/^.*nginx\//, ''),
    services: offered(['files'], place => nginx(place, 'off')),
    collects: false,
  },
  {
    name: 'h2o',
    title: 'h2o',
    needs: ['h2o'],
    version: () => printed('h2o', '--version').split('\n')[0]!.replace(/^.* /, ''),
    services: offered(H2, h2o),
    collects: false,
  },
  {
    name: 'nghttpd',
    title: 'nghttpd',
    needs: ['nghttpd'],
    version: () => printed('nghttpd', '--version').replace(/^.*\//, ''),
    services: offered(H2, nghttpd),
    collects: false,
  },
  {
    // It answers an upload before it has read it.
    name: 'caddy',
    title: 'Caddy',
    needs: ['caddy'],
    version: () => printed('caddy', 'version').split(' ')[0]!,
    services: offered(['hello', 'https', 'files', 'h2', 'h2-tls', 'h2-files', 'h2-files-tls'], caddy),
    collects: false,
  },
  {
    name: 'limit',
    title: 'C and epoll, no parsing',
    needs: ['gcc'],
    version: () => printed('gcc', '--version').split('\n')[0]!,
    services: {
      hello: ({ port }) => ({ argv: [compiled('peers/limit.c'), String(port)] }),
      ...offered(['h2', 'h2-upload'], ({ port }) => ({ argv: [compiled('peers/limit-h2.c'), String(port)] })),
    },
    collects: false,
  },
  {
    name: 'node-limit',
    title: 'node:net, no parsing',
    needs: [],
    version: () => `Node ${process.versions.node}`,
    services: {
      hello: ({ port }) => node(script('node-limit.mjs'), port),
      'ws-limit': ({ port }) => node(script('node-limit-ws.mjs'), port),
      ...offered(['h2', 'h2-tls'], place => node(script('node-limit-h2.mjs'), place.port, ...credentials(place))),
    },
    collects: true,
  },
  {
    name: 'codec',
    title: "Node's codec alone",
    needs: [],
    version: () => `Node ${process.versions.node}`,
    services: { codec: () => node(script('codec.mjs')) },
    collects: false,
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

/** A program of `ours-app.mjs`. */
function program(project: Project, name: string, ...rest: string[]): (place: Place) => Command {
  return ({ port }) => node(script('ours-app.mjs'), project.library, name, port, ...rest)
}

/** The same way to start for each of the services. */
function offered(services: readonly Service[], way: (place: Place) => Command): Services {
  return Object.fromEntries(services.map(service => [service, way]))
}
