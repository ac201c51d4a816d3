// From what a client sent to values of the right type, or to a problem that says everything that is wrong with it.
import { type Errors, Problem } from './problems.ts'
import type { TodoValues } from './todos.ts'

const LONGEST_TITLE = 200

/** The values of a new todo: a title, and whether it is done already. @throws Problem */
export function newTodo(input: unknown): TodoValues {
  const { title, done = false } = changedTodo(input)
  if (title === undefined) throw invalid({ title: 'is missing' })
  return { title, done }
}

/** The values to change; those that are not sent stay as they are. @throws Problem */
export function changedTodo(input: unknown): Partial<TodoValues> {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new Problem(422, 'Send a JSON object, such as {"title": "Buy milk"}')
  const { title, done, ...unknown } = input as Readonly<Record<string, unknown>>
  const errors: Record<string, string> = {}
  if (title !== undefined && !isTitle(title)) errors.title = `must be a text of 1 to ${LONGEST_TITLE} characters`
  if (done !== undefined && typeof done !== 'boolean') errors.done = 'must be true or false'
  for (const name of Object.keys(unknown)) errors[name] = 'is unknown: a todo has a title and done'
  if (Object.keys(errors).length > 0) throw invalid(errors)
  return { ...(isTitle(title) && { title: title.trim() }), ...(typeof done === 'boolean' && { done }) }
}

/** `?done=true` or `?done=false`; undefined where it is not asked. @throws Problem */
export function doneFilter(query: URLSearchParams): boolean | undefined {
  const done = query.get('done')
  if (done === null) return undefined
  if (done === 'true' || done === 'false') return done === 'true'
  throw new Problem(400, 'The query cannot be understood', { done: 'must be true or false' })
}

function isTitle(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_TITLE
}

function invalid(errors: Errors): Problem {
  return new Problem(422, 'The todo is not as it should be', errors)
}
