// The chat: one connection for each guest, who is in one room at a time, and hears how full the others are.
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { App, files } from '../../src/index.ts'
import { Breath, House, ROOMS } from './house.ts'

const PUBLIC = fileURLToPath(new URL('./public', import.meta.url))

/** Every guest is in this room too, whatever others they enter. */
const EVERYBODY = 'everybody'

/** What guests may say: anything else is answered by closing the connection, with the reason. */
const Spoken = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('enter'), room: z.enum(ROOMS), after: z.int().min(0) }),
  z.object({ kind: z.literal('say'), text: z.string().trim().min(1).max(1000) }),
  z.object({ kind: z.literal('typing') }),
])

interface Guest {
  name: string
  room: string
  breath: Breath
}

/** @param now milliseconds since 1970 */
export function chat(now: () => number, house: House = new House()): App<Guest> {
  const app = new App<Guest>({ state: () => ({ name: '', room: '', breath: new Breath(now()) }) })

  app.socket(
    '/talk',
    { schema: Spoken, messageBytes: 8192 },
    {
      open(peer) {
        const { state, query } = peer.context
        state.name = house.seat(query.get('name') ?? '')
        peer.join(EVERYBODY)
        peer.sendJson({ kind: 'welcome', name: state.name, rooms: counts() })
      },

      message(peer, spoken) {
        const { state } = peer.context
        if (spoken.kind === 'enter') {
          leave(peer)
          state.room = spoken.room
          peer.join(state.room)
          const people = peopleIn(state.room)
          peer.sendJson({ kind: 'entered', room: state.room, people, history: house.after(state.room, spoken.after) })
          peer.to(state.room).sendJson({ kind: 'came', name: state.name, people })
          app.room(EVERYBODY).sendJson({ kind: 'rooms', rooms: counts() })
        } else if (state.room === '') {
          peer.sendJson({ kind: 'problem', text: 'Enter a room first' })
        } else if (spoken.kind === 'typing') {
          peer.to(state.room).sendJson({ kind: 'typing', name: state.name })
        } else if (state.breath.takes(now())) {
          app.room(state.room).sendJson({ kind: 'said', ...house.say(state.room, state.name, spoken.text, now()) })
        } else {
          peer.sendJson({ kind: 'problem', text: 'Slowly, please: the others want to read it' })
        }
      },

      close(peer) {
        leave(peer)
        house.leave(peer.context.state.name)
        app.room(EVERYBODY).sendJson({ kind: 'rooms', rooms: counts() })
      },
    },
  )

  app.mount('/', files(PUBLIC))
  app.after((_, reply) => reply.with('Content-Security-Policy', "default-src 'self'; frame-ancestors 'none'"))
  return app

  function leave(peer: { readonly context: { readonly state: Guest }; leave(room: string): void }): void {
    const { state } = peer.context
    if (state.room === '') return
    peer.leave(state.room)
    app.room(state.room).sendJson({ kind: 'left', name: state.name, people: peopleIn(state.room) })
    state.room = ''
  }

  function peopleIn(room: string): string[] {
    return [...app.room(room).peers].map(peer => peer.context.state.name)
  }

  function counts(): { name: string; count: number }[] {
    return ROOMS.map(name => ({ name, count: app.room(name).size }))
  }
}
