// An h3 application. Nothing in it knows of this server: it would run on Workers, Deno or Bun as it is.
import { createEventStream, defineHandler, getCookie, H3, HTTPError, setCookie } from 'h3'

/** An application that counts visits by a cookie. */
export function countingApp(): H3 {
  const app = new H3({ silent: true })

  app.get('/', event => {
    const visits = Number(getCookie(event, 'visits') ?? 0) + 1
    setCookie(event, 'visits', String(visits))
    return `Visit ${visits}\n`
  })

  app.get('/square/:number', ({ context }) => {
    const number = Number(context.params?.number)
    if (Number.isNaN(number)) throw new HTTPError({ status: 400, message: 'That is no number' })
    return { number, square: number * number }
  })

  app.post(
    '/words',
    defineHandler(async ({ req }) => ({ words: (await req.text()).split(/\s+/).filter(Boolean).length })),
  )

  app.get('/events', event => {
    const events = createEventStream(event)
    event.waitUntil(count(events))
    return events.send()
  })

  return app
}

async function count(events: ReturnType<typeof createEventStream>): Promise<void> {
  for (const number of ['one', 'two', 'three']) await events.push(number)
  await events.close()
}
