// Between a Web `Response` and a reply.
import { type Body, bodyOf, Reply } from '../exchange/index.ts'
import { FieldList } from '../http/fields.ts'

/** The reply that a Web `Response` stands for. Its body is read as the reply is sent. */
export function replyFrom(response: Response): Reply {
  const fields = FieldList.of(response.headers)
  const body: Body | null =
    response.body === null ? null : bodyOf(response.body as unknown as AsyncIterable<Uint8Array>)
  return new Reply(response.status, fields, body)
}
