// What handlers of WebSocket connections are given: contexts, subprotocols, messages, inferred. Compiled, never run.
import { z } from 'zod'
import {
  App,
  type Audience,
  type Context,
  type Message,
  type Room,
  type SocketClient,
  type SocketHandlers,
  type SocketOptions,
  type SocketPeer,
  type SocketProblem,
  type StandardSchema,
} from '../../src/index.ts'
import { same } from './same.ts'

const app = new App({ state: () => ({ user: '' }), connection: () => ({ seen: 0 }) })

// --- Contexts ---

app.socket('/rooms/:room/:seat<int>', {
  open({ context, protocol, rooms }) {
    same<typeof context.params.room, string>()
    same<typeof context.params.seat, number>()
    same<typeof context.state, { user: string }>()
    same<typeof context.connection.state, { seen: number }>()
    same<typeof protocol, ''>()
    same<typeof rooms, readonly string[]>()
    // @ts-expect-error: the path names no such parameter
    context.params.name
  },
  message(peer, message) {
    same<typeof message, string | Uint8Array>()
    same<ReturnType<typeof peer.to>, Audience>()
    same<ReturnType<Audience['send']>, number>()
    // @ts-expect-error: what is sent is text or bytes
    peer.send({ text: 'hi' })
    // @ts-expect-error
    peer.send(undefined)
    // @ts-expect-error
    peer.to('lobby').send(7)
    const { send, join } = peer
    // @ts-expect-error: methods are called on the peer
    send('hi')
    // @ts-expect-error
    join('lobby')
    // @ts-expect-error: rooms have names
    peer.join(7)
    // @ts-expect-error: the context is what the connection began with
    peer.context = null
    // @ts-expect-error: what the server tells a peer is none of a program's business
    peer.closed(1000, '')
    // @ts-expect-error
    peer.opened
    return peer.sendJson({ any: ['value'] })
  },
  close(peer, code, reason) {
    same<typeof code, number>()
    same<typeof reason, string>()
    peer.to('lobby').sendJson({ left: peer.context.state.user })
  },
})

app.group('/users/:id<int>', group =>
  group.socket(
    '/:tab',
    {
      before({ params, state }) {
        same<typeof params.id, number>()
        same<typeof params.tab, string>()
        same<typeof state.user, string>()
      },
      after: (_, reply) => reply.with('X-A', 'b'),
    },
    { open: ({ context }) => same<typeof context.params.id, number>() },
  ),
)

// Handlers may give anything, such as what send gives.
app.socket('/', { message: (peer, message) => peer.send(message) })
app.socket('/', { message: (peer, message) => peer.to('all').send(message) })
app.socket('/', { message: async (peer, message) => peer.send(message) })
app.socket('/', {})

// @ts-expect-error: there is no such handler
app.socket('/', { messge() {} })
// @ts-expect-error: handlers are an object
app.socket('/', () => {})
// @ts-expect-error: without a schema nothing is invalid
app.socket('/', {}, { invalid() {} })
// @ts-expect-error: there is no such option
app.socket('/', { protocolz: ['a'] }, {})
// @ts-expect-error: the handlers come last
app.socket('/', {}, {}, {})

// --- Subprotocols ---

app.socket(
  '/chat',
  { protocols: ['v2.chat', 'v1.chat'] },
  {
    open({ protocol }) {
      same<typeof protocol, 'v2.chat' | 'v1.chat' | ''>()
      // @ts-expect-error: that one is not spoken here
      protocol === 'v3.chat'
    },
  },
)
app.socket(
  '/chat',
  { protocols: ['v2.chat', 'v1.chat'], requireProtocol: true, messageBytes: 1000 },
  { open: ({ protocol }) => same<typeof protocol, 'v2.chat' | 'v1.chat'>() },
)
app.socket(
  '/chat/:kind',
  {
    protocols(offered, { params, state }) {
      same<typeof offered, readonly string[]>()
      same<typeof params.kind, string>()
      same<typeof state.user, string>()
      return offered.includes('a') ? 'a' : offered.includes('b') ? 'b' : undefined
    },
  },
  { open: ({ protocol }) => same<typeof protocol, 'a' | 'b' | ''>() },
)
app.socket('/chat', { protocols: offered => offered[0] }, { open: ({ protocol }) => same<typeof protocol, string>() })
// @ts-expect-error: names are strings
app.socket('/chat', { protocols: [1] }, {})
// @ts-expect-error: a function chooses one, or none
app.socket('/chat', { protocols: () => 7 }, {})

// --- Borrowed messages ---

app.socket(
  '/echo',
  { borrow: true, protocols: ['a'] },
  {
    message(peer, message) {
      same<typeof message, Message>()
      same<typeof message.text, string>()
      same<typeof peer.protocol, 'a' | ''>()
      peer.to('all').send(message)
      return peer.send(message)
    },
  },
)
app.socket('/owned', { borrow: false }, { message: (_, message) => same<typeof message, string | Uint8Array>() })

// --- Schemas ---

const Move = z.object({ x: z.number(), note: z.string().default('') })

app.socket(
  '/move/:game',
  {
    schema: Move,
    protocols: ['v1'],
    requireProtocol: true,
    before: ({ params }) => same<typeof params.game, string>(),
  },
  {
    message({ context, protocol }, move) {
      same<typeof move, { x: number; note: string }>()
      same<typeof protocol, 'v1'>()
      same<typeof context.params.game, string>()
      // @ts-expect-error: a move has no y
      move.y
    },
    invalid(peer, problem) {
      same<typeof problem, SocketProblem>()
      same<typeof problem.code, 1003 | 1007 | 1008>()
      peer.close(problem.code, problem.reason)
    },
  },
)

declare const Temperature: StandardSchema<string, { readonly celsius: number }>
app.socket('/t', { schema: Temperature }, { message: (_, t) => same<typeof t, { readonly celsius: number }>() })
app.socket(
  '/union',
  { schema: z.union([z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b'), n: z.number() })]) },
  { message: (_, value) => (value.kind === 'b' ? same<typeof value.n, number>() : undefined) },
)
// @ts-expect-error: what is judged is decoded
app.socket('/t', { schema: Move, borrow: true }, {})
// @ts-expect-error: that is no schema
app.socket('/t', { schema: { parse: () => 1 } }, {})

// --- Rooms ---

const lobby = app.room('lobby')
same<typeof lobby.size, number>()
for (const peer of lobby.peers) {
  same<typeof peer.context.state, { user: string }>()
  peer.send('hi')
}
for (const room of app.rooms) same<typeof room.name, string>()
same<ReturnType<typeof lobby.send>, number>()
// @ts-expect-error: peers come and go by themselves
lobby.peers.add
// @ts-expect-error
lobby.size = 3

// --- Types that a program may name ---

const elsewhere: SocketHandlers<SocketPeer<Context<{ readonly id: string }>>> = {
  open: ({ context }) => same<typeof context.params.id, string>(),
}
app.socket('/:id', elsewhere)
const terms: SocketOptions<'a'> = { protocols: ['a'], whenFull: 'skip' }
app.socket('/', terms, {})
function tell(peer: SocketPeer, room: Room): number {
  peer.send('x')
  return room.sendJson([])
}
app.socket('/', { open: peer => tell(peer, app.room('a')) })

// --- Without a socket ---

async function connected(): Promise<void> {
  const client = await app.connect('/chat', { protocols: ['v1.chat'], headers: { Cookie: 'a=b' } })
  same<typeof client, SocketClient>()
  const message = await client.next()
  same<typeof message, string | Uint8Array>()
  const { code } = await client.closed
  same<typeof code, number>()
  // @ts-expect-error: what fetch takes for its content has no place in a handshake
  await app.connect('/chat', { body: 'x' })
}
connected()
