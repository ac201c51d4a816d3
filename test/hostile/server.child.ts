// A server as a process of its own, so that its descriptors and memory can be looked at and used up. Run with a folder
// to serve under /files/. Says its port; the paths below tell and do the rest.
import { closeSync, openSync } from 'node:fs'
import { type Handler, json, text } from '../../src/exchange/index.ts'
import { files } from '../../src/files/index.ts'
import { serve } from '../../src/server/index.ts'
import { level } from './support.ts'

const folder = files(process.argv[2], { cache: false })
const held: number[] = []

const handler: Handler = exchange => {
  const { path } = exchange
  if (path === '/level') {
    globalThis.gc?.()
    return json({ level: level(), ledger: server.ledger, rss: process.memoryUsage().rss, notices })
  }
  if (path === '/fill') {
    try {
      for (;;) held.push(openSync('/dev/null', 'r'))
    } catch {
      return text('full')
    }
  }
  if (path === '/free') {
    for (const fd of held.splice(0)) closeSync(fd)
    return text('free')
  }
  return path === '/' ? text('hello') : folder(exchange)
}

const notices: string[] = []
const server = await serve(handler, {
  port: 0,
  host: '127.0.0.1',
  report: event => {
    if (event.kind === 'notice') notices.push(event.message)
    if (event.kind === 'failed') console.error(event.error)
  },
})
console.log(`port ${server.port}`)
