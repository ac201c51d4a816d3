// nginx or Caddy in front of a server of ours: started with a configuration of its own, on a Unix socket of its own, and ended with
// the test.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export interface Front {
  /** A connection to it, as a client has. */
  connect(): Promise<Socket>
  stop(): Promise<void>
}

export type Program = 'nginx' | 'caddy'

/** Whether the program is there to be run. */
export function isInstalled(program: Program): boolean {
  return spawnSync(program, [program === 'nginx' ? '-v' : 'version'], { stdio: 'ignore' }).error === undefined
}

/**
 * The program as a reverse proxy for our server at the port. It keeps its connections to us, as real ones do.
 * @param upgrades it lets connections become WebSockets, and says which host was asked for; Caddy does so anyway
 */
export async function startFront(program: Program, port: number, upgrades = false): Promise<Front> {
  const folder = mkdtempSync(join(tmpdir(), 'wirewright-front-'))
  const path = join(folder, 'front.sock')
  const configuration = join(folder, 'configuration')
  writeFileSync(configuration, program === 'nginx' ? nginx(folder, path, port, upgrades) : caddy(path, port))
  const child = spawn(
    program,
    program === 'nginx' ? ['-p', folder, '-c', configuration] : ['run', '--config', configuration, '--adapter', ''],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
    },
  )
  let said = ''
  child.stderr?.on('data', data => {
    said = (said + data).slice(-4000)
  })
  const stop = () => end(child, folder)
  while (!(await isListening(path))) {
    if (child.exitCode !== null) {
      await stop()
      throw new Error(`${program} ended at once: ${said}`)
    }
    await pause(20)
  }
  return {
    async connect() {
      const socket = connect(path)
      await once(socket, 'connect')
      return socket
    },
    stop,
  }
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  rmSync(folder, { recursive: true, force: true })
}

function isListening(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** The time-outs are short because a client that waits for the connection's end is how the tests see all the replies. */
function nginx(folder: string, path: string, port: number, upgrades: boolean): string {
  return `
    daemon off; master_process off; pid ${folder}/pid; error_log stderr error;
    events { worker_connections 256; }
    http {
      access_log off;
      client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; scgi_temp_path ${folder}; uwsgi_temp_path ${folder};
      client_header_timeout 5s; client_body_timeout 3s; keepalive_timeout 1s; lingering_timeout 1s;
      map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
      upstream ours { server 127.0.0.1:${port}; keepalive 4; }
      server {
        listen unix:${path};
        location / {
          proxy_pass http://ours;
          proxy_http_version 1.1;
          ${upgrades ? UPGRADES : 'proxy_set_header Connection "";'}
          proxy_request_buffering off;
        }
      }
    }`
}

const UPGRADES = `
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection $connection_upgrade;
          proxy_set_header X-Forwarded-For 192.0.2.7;
          proxy_set_header X-Forwarded-Host $http_host;
          proxy_set_header X-Forwarded-Proto https;`

function caddy(path: string, port: number): string {
  return JSON.stringify({
    admin: { disabled: true, config: { persist: false } },
    logging: { logs: { default: { level: 'ERROR' } } },
    apps: {
      http: {
        servers: {
          front: {
            listen: [`unix/${path}`],
            automatic_https: { disable: true },
            read_timeout: '5s',
            read_header_timeout: '5s',
            idle_timeout: '1s',
            routes: [{ handle: [{ handler: 'reverse_proxy', upstreams: [{ dial: `127.0.0.1:${port}` }] }] }],
          },
        },
      },
    },
  })
}
