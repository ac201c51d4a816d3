// Web-standard applications: anything with `fetch(request)`. A folder of `app/`.
import type { Handler } from '../../exchange/index.ts'
import { replyFrom } from '../responses.ts'

/** A Web-standard application: `fetch` takes a Web `Request` and gives a `Response`. */
export interface FetchApp {
  // biome-ignore lint/suspicious/noExplicitAny: frameworks declare second and third parameters of their own.
  fetch(request: Request, ...rest: any[]): Response | Promise<Response>
}

/** A Web-standard application as a handler. */
export function fetchHandler(app: FetchApp): Handler {
  return async ({ method, client, base, target, fields }) =>
    replyFrom(
      await app.fetch(
        new Request(`${client.scheme}://${client.host || 'localhost'}${base}${target}`, {
          method,
          headers: [...fields] as [string, string][],
        }),
      ),
    )
}
