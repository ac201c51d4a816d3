// A Hono application. Nothing in it knows of this server: it would run on Workers, Deno or Bun as it is.
import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { streamSSE } from 'hono/streaming'
import { validator } from 'hono/validator'

interface Note {
  readonly id: number
  readonly text: string
}

/** An application with its notes in memory. */
export function notesApp(): Hono {
  const notes: Note[] = []
  const app = new Hono()

  app.use(secureHeaders())

  app.get('/', context => context.html('<h1>Notes</h1>\n'))

  app.get('/notes', context => context.json(notes))

  app.post(
    '/notes',
    validator('json', (value, context) =>
      typeof value.text === 'string' && value.text !== ''
        ? { text: value.text }
        : context.json({ error: 'text is missing' }, 422),
    ),
    context => {
      const note = { id: notes.length + 1, ...context.req.valid('json') }
      notes.push(note)
      // Goes on when the response is out.
      context.executionCtx.waitUntil(logged(note))
      return context.json(note, 201)
    },
  )

  // The notes as they are, one event each.
  app.get('/events', context =>
    streamSSE(context, async events => {
      for (const { id, text } of notes) await events.writeSSE({ id: String(id), data: text })
    }),
  )

  // Content of any size, counted as it comes.
  app.put('/size', async context => {
    let size = 0
    if (context.req.raw.body !== null) for await (const chunk of context.req.raw.body) size += chunk.length
    return context.text(`${size} bytes\n`)
  })

  return app
}

async function logged({ id, text }: Note): Promise<void> {
  console.log(`Note ${id}: ${text}`)
}
