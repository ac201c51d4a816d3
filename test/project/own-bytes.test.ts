import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from '../support/program.ts'

const PROGRAM = `
const { files, serve } = await import(process.argv[1])
const server = await serve(files('.'), { port: 0 })
const socket = (await import('node:net')).connect(server.port)
socket.end('GET / HTTP/1.0\\r\\n\\r\\n')
await socket.toArray()
await server.close()
console.log(JSON.stringify(process.moduleLoadList.filter(name => /_http|http2|undici/.test(name))))
`

test("a server that has answered has loaded nothing of Node's own HTTP", async () => {
  const face = new URL('../../src/index.ts', import.meta.url).href
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', PROGRAM, face])
  assert.equal(stdout.toString(), '[]\n', stderr)
})
