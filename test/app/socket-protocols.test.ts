// Subprotocols (RFC 6455 section 1.9): which one is agreed on, and who is refused. The same over each wire.
import assert from 'node:assert/strict'
import { App, Refused } from '../../src/index.ts'
import { eachSocketWire } from './socket-support.ts'

const telling = {
  open: (peer: { readonly protocol: string; send(text: string): unknown }) => peer.send(`<${peer.protocol}>`),
}

eachSocketWire(
  'the server prefers, and a client that offers none of its own is let in without one',
  () => new App().socket('/', { protocols: ['v2.chat', 'v1.chat'] }, telling),
  async sockets => {
    for (const [offered, agreed] of [
      [['v1.chat', 'v2.chat'], 'v2.chat'],
      [['v1.chat'], 'v1.chat'],
      [['v3.chat', 'v1.chat'], 'v1.chat'],
      [['V2.chat'], ''],
      [['v3.chat'], ''],
      [[], ''],
    ] as const) {
      const client = await sockets.connect('/', { protocols: offered })
      assert.equal(client.protocol, agreed)
      assert.equal(await client.next(), `<${agreed}>`)
    }
  },
)

eachSocketWire(
  'with requireProtocol there must be one, and who offers none is told which are spoken',
  () => new App().socket('/', { protocols: ['v2.chat', 'v1.chat'], requireProtocol: true }, telling),
  async sockets => {
    assert.equal(await (await sockets.connect('/', { protocols: ['v1.chat'] })).next(), '<v1.chat>')
    for (const protocols of [[], ['v3.chat']]) assert.equal((await sockets.refused('/', { protocols })).status, 400)
    if (sockets.wire.version !== null) return
    const { content } = await sockets.refused('/', { protocols: ['v3.chat'] })
    assert.match(content, /it offers v3\.chat\. This application speaks v2\.chat, v1\.chat\./)
  },
)

eachSocketWire(
  'a function chooses by what is offered and by the context, and may refuse',
  () => {
    const app = new App()
    app.socket(
      '/:kind',
      {
        protocols(offered, { params }) {
          if (params.kind === 'none') return undefined
          if (params.kind === 'refused')
            throw new Refused({ status: 403, rule: 'no', detail: `Not with ${offered.join('+')}` })
          return params.kind === 'last' ? offered.at(-1) : params.kind
        },
      },
      telling,
    )
    app.socket('/required/:kind', { protocols: () => undefined, requireProtocol: true }, telling)
    return app
  },
  async sockets => {
    const protocols = ['a', 'b']
    assert.equal(await (await sockets.connect('/last', { protocols })).next(), '<b>')
    assert.equal(await (await sockets.connect('/last')).next(), '<>')
    assert.equal(await (await sockets.connect('/none', { protocols })).next(), '<>')
    assert.equal((await sockets.refused('/refused', { protocols })).status, 403)
    assert.equal((await sockets.refused('/required/x', { protocols })).status, 400)
    assert.equal((await sockets.refused('/unoffered', { protocols })).status, 500)
    const [failure] = sockets.wire.failures()
    if (sockets.wire.version !== null)
      assert.match(failure, /protocols chose "unoffered", which the client does not offer: it offers a, b/)
  },
  { fails: true },
)
