// The programs of docs/http2.md run, and do what the page says.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { askOver2 } from '../clients/h2-ask.ts'
import { Program, run } from '../support/program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'docs/http2.md'), 'utf8')
const programs = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, text]) => text)
const folder = mkdtempSync(join(tmpdir(), 'wirewright-http2-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** The program in a file, with the project's own rooms, a port that is free, and something to do at its end. */
function fileOf(number: number, then = ''): string {
  const file = join(folder, `program-${number}.ts`)
  const text = programs[number]
    .replaceAll(/'wirewright(?:\/(\w+))?'/g, (_, room) => `'${join(root, 'src', room ?? '', 'index.ts')}'`)
    .replaceAll('port: 8080', 'port: 0')
  writeFileSync(file, text + then)
  return file
}

/** Runs a program that serves, and asks it over HTTP/2. */
async function served(number: number, look: (origin: string) => Promise<void>): Promise<void> {
  const program = new Program(process.execPath, [fileOf(number, '\nconsole.log("port", server.port)')])
  try {
    await look(`http://localhost:${(await program.says(/port (\d+)/))[1]}`)
  } finally {
    await program.stop()
  }
}

describe('programs of docs/http2.md', () => {
  test('hint, echo with trailers, and tell the wire', async () => {
    await served(0, async origin => {
      const session = connect(origin)
      try {
        const { content } = await askOver2(session, { path: '/wire' })
        assert.equal(content, 'HTTP/2\n')
        const answer = await askOver2(session, { path: '/', method: 'POST', content: '<h1>Hello</h1>' })
        assert.equal(answer.content, '<h1>Hello</h1>')
        assert.deepEqual(answer.interim, [{ status: 103, link: '</style.css>; rel=preload; as=style' }])
        assert.deepEqual(answer.trailers, { 'server-timing': 'page;dur=12' })
      } finally {
        session.close()
      }
    })
  })

  test('drain, and are followed by others', async () => {
    const { code, stdout, stderr } = await run(process.execPath, [fileOf(1, '\nawait next.close()')])
    assert.equal(code, 0, stderr)
    assert.equal(stdout.toString(), '[]\n')
  })

  test('open tunnels', async () => {
    await served(2, async origin => {
      const session = connect(origin)
      try {
        await new Promise(told => session.once('remoteSettings', told))
        const tunnel = session.request({ ':method': 'CONNECT', ':protocol': 'echo', ':path': '/' })
        tunnel.setEncoding('latin1').end('there and back')
        assert.equal((await tunnel.toArray()).join(''), 'there and back')
      } finally {
        session.close()
      }
    })
  })

  test('talk in memory', async () => {
    const { code, stdout, stderr } = await run(process.execPath, [fileOf(3)])
    assert.equal(code, 0, stderr)
    assert.equal(stdout.toString(), '1 200 in memory\n1 GET /one\n3 200 in memory\n3 GET /two\n')
  })

  test('are all run', () => assert.equal(programs.length, 4))
})
