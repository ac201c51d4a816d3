// Streams of events behind nginx and Caddy, configured as the deployment guide has it: the head and each event come at once, and a client
// that goes is noticed.
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, test } from 'node:test'
import { createGunzip } from 'node:zlib'
import { App, serve, Topic } from '../../src/index.ts'
import { compression } from '../../src/middleware/compression/index.ts'
import { type Front, isInstalled, type Program, startFront } from './front.ts'

for (const program of ['nginx', 'caddy'] satisfies Program[]) {
  describe(`behind ${program}`, { skip: isInstalled(program) ? false : `${program} is not installed` }, () => {
    for (const coding of ['identity', 'gzip']) {
      test(`each event comes at once (${coding})`, async () => {
        const topic = new Topic()
        const app = new App()
        app.after(compression())
        app.events('/live', context => topic.listen(context))
        const server = await serve(app, { port: 0, host: '127.0.0.1' })
        let front: Front | null = null
        try {
          front = await startFront(program, server.port)
          const socket = await front.connect()
          const asked = request({
            createConnection: () => socket,
            path: '/live',
            headers: { 'Accept-Encoding': coding },
          })
          asked.end()
          const response = await new Promise<NodeJS.ReadableStream & { headers: Record<string, unknown> }>(resolve =>
            asked.once('response', resolve as never),
          )
          assert.equal(response.headers['content-encoding'], coding === 'gzip' ? 'gzip' : undefined)
          const content = coding === 'gzip' ? response.pipe(createGunzip()) : response
          const pieces = content[Symbol.asyncIterator]()
          let text = ''
          const has = async (wanted: string): Promise<void> => {
            while (!text.includes(wanted)) text += String((await pieces.next()).value)
          }
          await has('id: ')
          for (let n = 1; n <= 20; n++) {
            topic.publish({ data: { n } })
            await has(`data: {"n":${n}}\n\n`)
          }
          socket.destroy()
          // It is by writing that a proxy finds out, or by the end of its own reading.
          while (topic.listeners > 0) {
            topic.publish('anybody there?')
            await new Promise(resolve => setTimeout(resolve, 5))
          }
        } finally {
          await front?.stop()
          await server.close()
        }
      })
    }
  })
}
