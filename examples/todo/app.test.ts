// Tests of the service without a socket: node --test examples/todo/
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import type { App } from '../../src/index.ts'
import { todoApp } from './app.ts'
import { Todos } from './todos.ts'

let app: App
beforeEach(() => {
  app = todoApp(new Todos(3))
})

const JSON_TYPE = { 'Content-Type': 'application/json' }

function send(method: string, path: string, value: unknown): Promise<Response> {
  return app.request(path, { method, headers: JSON_TYPE, body: JSON.stringify(value) })
}

test('a todo is added, found, changed and removed', async () => {
  const added = await send('POST', '/todos', { title: 'Buy milk' })
  assert.equal(added.status, 201)
  assert.equal(added.headers.get('location'), '/todos/1')
  assert.deepEqual(await added.json(), { id: 1, title: 'Buy milk', done: false })

  const changed = await send('PATCH', '/todos/1', { done: true })
  assert.deepEqual(await changed.json(), { id: 1, title: 'Buy milk', done: true })
  assert.deepEqual(await (await app.request('/todos/1')).json(), { id: 1, title: 'Buy milk', done: true })

  assert.equal((await app.request('/todos/1', { method: 'DELETE' })).status, 204)
  assert.equal((await app.request('/todos/1')).status, 404)
})

test('the list can be asked for what is done, or is not', async () => {
  await send('POST', '/todos', { title: 'Buy milk', done: true })
  await send('POST', '/todos', { title: 'Drink it' })
  const titles = async (path: string): Promise<string[]> =>
    ((await (await app.request(path)).json()) as { title: string }[]).map(({ title }) => title)
  assert.deepEqual(await titles('/todos'), ['Buy milk', 'Drink it'])
  assert.deepEqual(await titles('/todos?done=true'), ['Buy milk'])
  assert.deepEqual(await titles('/todos?done=false'), ['Drink it'])
})

describe('what is wrong is told as problem details', () => {
  const WRONG: readonly [method: string, path: string, body: string | undefined, status: number, told: RegExp][] = [
    ['POST', '/todos', '{"title": 7}', 422, /"title":"must be a text of 1 to 200 characters"/],
    ['POST', '/todos', '{"title": " "}', 422, /"title":"must be a text/],
    ['POST', '/todos', '{}', 422, /"title":"is missing"/],
    ['POST', '/todos', '{"title": "a", "done": "no", "due": 1}', 422, /"done":"must be .*"due":"is unknown/],
    ['POST', '/todos', '[]', 422, /Send a JSON object/],
    ['POST', '/todos', '{"title": ', 400, /JSON/],
    ['GET', '/todos?done=1', undefined, 400, /"done":"must be true or false"/],
    ['GET', '/todos/7', undefined, 404, /There is no todo 7/],
    ['PATCH', '/todos/7', '{}', 404, /There is no todo 7/],
    ['GET', '/todos/seven', undefined, 404, /no route/],
    ['PUT', '/todos', undefined, 405, /GET, HEAD, POST/],
  ]
  for (const [method, path, body = null, status, told] of WRONG) {
    test(`${method} ${path} ${body ?? ''}`, async () => {
      const reply = await app.request(path, { method, headers: JSON_TYPE, body })
      assert.equal(reply.status, status)
      assert.equal(reply.headers.get('content-type'), 'application/problem+json')
      assert.match(await reply.text(), told)
    })
  }
})

test('no more todos are kept than there is room for', async () => {
  for (let i = 0; i < 3; i++) assert.equal((await send('POST', '/todos', { title: 'again' })).status, 201)
  assert.equal((await send('POST', '/todos', { title: 'too much' })).status, 507)
})
