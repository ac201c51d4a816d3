// Tests of the drawing board without a browser or a socket: node --test examples/board/*.test.ts
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { board } from './board.ts'
import { by, CLEAR, isMark, LINE, PEN, Sheet, UNDO } from './marks.ts'

const line = (number: number, ...points: number[]): Uint8Array => mark(LINE, number, points)

function mark(kind: number, number: number, points: readonly number[] = []): Uint8Array {
  const bytes = new Uint8Array(7 + 2 * points.length)
  const view = new DataView(bytes.buffer)
  bytes[0] = kind
  view.setUint16(3, number, true)
  bytes[5] = 1
  bytes[6] = 5
  for (const [at, place] of points.entries()) view.setUint16(7 + 2 * at, place, true)
  return bytes
}

test('what is no mark is told from what is', () => {
  const marks = [line(1, 2, 3), line(1, 2, 3, 4, 5), mark(UNDO, 1), mark(CLEAR, 0), mark(PEN, 0, [1, 2])]
  for (const right of marks) assert.ok(isMark(right))
  const colour = line(1, 2, 3)
  colour[5] = 200
  const wrong = [new Uint8Array(0), mark(9, 1), line(1), line(1, 2), mark(PEN, 0), mark(UNDO, 1, [1, 2]), colour]
  for (const bytes of wrong) assert.ok(!isMark(bytes), String(bytes))
  assert.ok(!isMark(line(1, ...new Array(514).fill(1))))
})

test('a line is taken back by who has drawn it alone', () => {
  const sheet = new Sheet()
  for (const signed of [by(1, line(1, 1, 1)), by(2, line(1, 2, 2)), by(1, line(1, 3, 3)), by(1, line(2, 4, 4))])
    sheet.add(signed)
  sheet.add(by(1, mark(UNDO, 1)))
  assert.equal(sheet.whole.length, 2 * (2 + 11))
  sheet.add(by(1, mark(CLEAR, 0)))
  assert.equal(sheet.whole.length, 0)
})

test('a full sheet loses its oldest marks', () => {
  const sheet = new Sheet(1000)
  for (let number = 0; number < 500; number++) sheet.add(by(1, line(number, 1, 1)))
  assert.ok(sheet.whole.length <= 1200)
  assert.deepEqual(sheet.whole.slice(-11), by(1, line(499, 1, 1)))
})

test('what one draws, the others see; who comes later sees it too', async () => {
  const app = board()
  const ada = await app.connect('/draw?name=Ada')
  assert.deepEqual(await ada.nextJson(), { you: { number: 1, name: 'Ada' }, others: [] })
  assert.deepEqual(await ada.next(), new Uint8Array(0))
  const bob = await app.connect('/draw')
  assert.deepEqual(await ada.nextJson(), { joined: { number: 2, name: 'Guest 2' } })
  assert.deepEqual(await bob.nextJson(), {
    you: { number: 2, name: 'Guest 2' },
    others: [{ number: 1, name: 'Ada' }],
  })
  await bob.next()

  await ada.send(line(7, 100, 200, 300, 400))
  assert.deepEqual(await bob.next(), by(1, line(7, 100, 200, 300, 400)))
  const carol = await app.connect('/draw')
  await carol.next()
  assert.equal(((await carol.next()) as Uint8Array).length, 2 + 15)
  await Promise.all([ada.next(), bob.next()])

  await bob.send('not a mark')
  assert.deepEqual(await bob.closed, { code: 4000, reason: 'That is no mark' })
  assert.deepEqual(await ada.nextJson(), { left: 2 })
})
