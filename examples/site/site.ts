// The site: pages, a JSON API, and a folder for everything else.
import { fileURLToPath } from 'node:url'
import { App, files, html, json, Refused, redirect } from '../../src/index.ts'
import type { Hemisphere } from './drawing.ts'
import { dateOf, isDate, moonOn } from './moon.ts'
import { monthPage, moonPage, notFoundPage } from './pages.ts'

const YEAR = 365 * 86_400
const PUBLIC = fileURLToPath(new URL('./public', import.meta.url))

/** @param now what time it is, in milliseconds since 1970 */
export function siteApp(now: () => number): App {
  const today = (): string => dateOf(now())
  const app = new App()

  app.get('/', ({ cookies }) => html(moonPage(moonOn(today()), hemisphereOf(cookies))))

  app.get('/moon/:date', ({ params, cookies }) => html(moonPage(moonOn(checked(params.date)), hemisphereOf(cookies))))

  app.get('/month', () => redirect(`/month/${today().slice(0, 7)}`))

  app.get('/month/:month', ({ params, cookies }) => {
    checked(`${params.month}-01`)
    return html(monthPage(params.month, today(), hemisphereOf(cookies)))
  })

  app.post('/hemisphere/:hemisphere', ({ params, fields, setCookie }) => {
    if (!isHemisphere(params.hemisphere)) throw nothingThere('There are two hemispheres, north and south')
    setCookie('hemisphere', params.hemisphere, { path: '/', maxAge: YEAR, sameSite: 'Lax', httpOnly: true })
    return redirect(pathOf(fields.get('referer')), 303)
  })

  app.group('/api', api => {
    api.get('/moon', () => json(moonOn(today())))
    api.get('/moon/:date', ({ params }) => json(moonOn(checked(params.date))))
    api.error((_, error) => (isNotFound(error) ? json({ error: error.message }, 404) : undefined))
    api.all('/*', () => {
      throw nothingThere('There are /api/moon and /api/moon/2026-11-21')
    })
  })

  app.mount('/', files(PUBLIC, { maxAge: 3600 }))

  app.error(({ path, cookies }, error) =>
    isNotFound(error) ? html(notFoundPage(path, hemisphereOf(cookies)), 404) : undefined,
  )
  app.after((_, reply) => reply.with('Content-Security-Policy', "default-src 'self'; frame-ancestors 'none'"))

  return app
}

function checked(date: string): string {
  if (!isDate(date)) throw nothingThere(`${date} is no day: write it as 2026-11-21`)
  return date
}

function hemisphereOf(cookies: ReadonlyMap<string, string>): Hemisphere {
  return cookies.get('hemisphere') === 'south' ? 'south' : 'north'
}

function isHemisphere(text: string): text is Hemisphere {
  return text === 'north' || text === 'south'
}

/** Where the reader came from, on this site. */
function pathOf(referrer: string | undefined): string {
  return (URL.parse(referrer ?? '')?.pathname ?? '/').replace(/^\/+/, '/')
}

function isNotFound(error: unknown): error is Refused {
  return error instanceof Refused && error.refusal.status === 404
}

function nothingThere(detail: string): Refused {
  return new Refused({ status: 404, rule: 'not-found', detail })
}
