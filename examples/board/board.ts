// The drawing board: everybody in the room draws on one sheet.
import { fileURLToPath } from 'node:url'
import { App, files } from '../../src/index.ts'
import { by, isMark, Sheet } from './marks.ts'

const PUBLIC = fileURLToPath(new URL('./public', import.meta.url))
const ROOM = 'board'
/** Authors have two bytes. */
const MOST_AUTHORS = 65_536
const LONGEST_NAME = 24

/** Not sent by anybody: the sheet was left by a mark that is none. */
const NO_MARK = 4000

interface Author {
  number: number
  name: string
}

export function board(sheet: Sheet = new Sheet()): App<Author> {
  const app = new App<Author>({ state: () => ({ number: 0, name: '' }) })
  let last = 0

  app.socket(
    '/draw',
    // What is drawn while a page reads slowly waits for it; one that has stopped reading is cut off, and comes back to a whole sheet.
    { messageBytes: 4096, queueBytes: 4 * 1024 * 1024 },
    {
      open(peer) {
        const { state, query } = peer.context
        last = (last + 1) % MOST_AUTHORS
        state.number = last
        state.name = [...(query.get('name') ?? '')].slice(0, LONGEST_NAME).join('') || `Guest ${last}`
        const others = [...app.room(ROOM).peers].map(other => other.context.state)
        peer.sendJson({ you: state, others })
        peer.send(sheet.whole)
        peer.join(ROOM)
        peer.to(ROOM).sendJson({ joined: state })
      },
      message(peer, mark) {
        if (typeof mark === 'string' || !isMark(mark)) {
          peer.close(NO_MARK, 'That is no mark')
          return
        }
        const signed = by(peer.context.state.number, mark)
        sheet.add(signed)
        peer.to(ROOM).send(signed)
      },
      close(peer) {
        peer.to(ROOM).sendJson({ left: peer.context.state.number })
      },
    },
  )

  app.mount('/', files(PUBLIC))
  app.after((_, reply) => reply.with('Content-Security-Policy', "default-src 'self'; frame-ancestors 'none'"))
  return app
}
