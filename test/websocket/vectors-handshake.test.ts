// Runs the vectors of handshakes over a server's drivers, on both wires, step by step and as fast as a client may.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as websocket from '../../src/websocket/index.ts'
import { type Handshake, readHandshakes, type WireName } from './handshakes.ts'
import { judged } from './judged-answer.ts'
import { expectedOffer, judgedOffer } from './judged-offer.ts'
import { type Course, courseOf } from './run-handshake.ts'

const all = readHandshakes()
const handshakes = all.filter(({ role }) => role === 'server')

for (const file of new Set(handshakes.map(handshake => handshake.file))) {
  describe(`the WebSocket vectors of ${file}`, { concurrency: 4 }, () => {
    for (const handshake of handshakes.filter(handshake => handshake.file === file))
      for (const wire of handshake.wires) test(`${handshake.name}, over ${wire}`, () => run(handshake, wire))
  })
}

describe('the WebSocket vectors of what a client is answered', () => {
  for (const handshake of all.filter(({ role }) => role === 'client'))
    for (const wire of handshake.wires)
      test(`${handshake.name}, over ${wire}`, () =>
        assert.deepEqual([judged(websocket, handshake, wire)], handshake.told))
})

test('what clients offer is judged without a server as it is with one', () => {
  for (const handshake of handshakes) {
    const expected = expectedOffer(handshake)
    for (const wire of expected === null ? [] : handshake.wires)
      assert.equal(judgedOffer(websocket, handshake, wire), expected, handshake.name)
  }
})

test('each rule of WebSocket handshakes has a vector that breaks it', () => {
  const broken = new Set(all.flatMap(({ told }) => told.flatMap(line => line.match(/^refused ([a-z-]+)/)?.[1] ?? [])))
  const rules = [...Object.keys(websocket.OFFER_RULES), ...Object.keys(websocket.ANSWER_RULES)]
  assert.deepEqual(
    rules.filter(rule => !broken.has(rule)),
    [],
  )
})

async function run(handshake: Handshake, wire: WireName): Promise<void> {
  const course = await courseOf(handshake, wire)
  const { answer, told, sent, steps } = handshake
  const status = answer.status === 'taken' ? (wire === 'HTTP/2' ? '200' : '101') : answer.status
  const fields = answer.fields.map(([name]) => [name, course.fields.get(name.toLowerCase())])
  assert.deepEqual({ status: course.status, fields }, { status, fields: answer.fields.map(field => [...field]) })
  const expected = [{ line: 'the handshake', told, sent }, ...steps]
  for (const [i, { line, told, sent }] of expected.entries())
    assert.deepEqual(course.steps[i], { told, sent }, `after ${line}`)
  const whole = together(course)
  for (const how of [{ eager: true }, { eager: true, split: 1 }, { split: 1 }])
    assert.deepEqual(together(await courseOf(handshake, wire, how)), whole, JSON.stringify(how))
}

function together({ status, fields, steps }: Course) {
  return {
    status,
    fields: [...fields].filter(([name]) => !/^date$/i.test(name)),
    told: inOrder(steps.flatMap(step => step.told)),
    sent: steps.flatMap(step => step.sent),
  }
}

/** Rules are reported, and other things told to the program: which comes first across both is not compared. */
function inOrder(told: readonly string[]): string[] {
  const isReported = (line: string): boolean => /^(refused|failed) /.test(line)
  return [...told.filter(isReported), ...told.filter(line => !isReported(line))]
}
