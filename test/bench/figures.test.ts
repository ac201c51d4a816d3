import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cpuTicks, statusBytes } from '../../bench/cpu.ts'
import { figureOf, median, rotated } from '../../bench/figures.ts'
import { number } from '../../bench/report.ts'
import { parseWrk } from '../../bench/wrk.ts'
import { row } from './results.ts'

test('the median is the middle value, or the mean of the middle two, whatever the order', () => {
  assert.equal(median([3, 1, 2]), 2)
  assert.equal(median([40, 10, 2, 3]), 6.5)
  assert.equal(median([10, 9, 100]), 10)
  assert.ok(Number.isNaN(median([])))
})

test('at most half of the values are below the median, and at most half above it', () => {
  const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 })
  fc.assert(
    fc.property(values, all => {
      const middle = median(all)
      assert.ok(all.filter(value => value < middle).length <= all.length / 2)
      assert.ok(all.filter(value => value > middle).length <= all.length / 2)
    }),
  )
})

test('taking the median leaves the values in their order', () => {
  const values = Object.freeze([3, 1, 2])
  assert.equal(median(values), 2)
})

test('each round has all items, and every item is first equally often', () => {
  const items = ['a', 'b', 'c', 'd']
  const rounds = Array.from({ length: 8 }, (_, round) => rotated(items, round))
  for (const round of rounds) assert.deepEqual(round.toSorted(), items)
  for (const item of items) assert.equal(rounds.filter(round => round[0] === item).length, 2)
  const neighbours = new Set(rounds.flatMap(round => round.slice(1).map((item, index) => round[index] + item)))
  assert.ok(neighbours.has('ab') && neighbours.has('ba'), 'neighbours follow each other in both orders')
})

test('figures with a fault are no figures', () => {
  assert.deepEqual(figureOf(row('ours', [3, 1, 2])), { median: 2, least: 1, greatest: 3 })
  assert.equal(figureOf(row('ours', [3, 1, 2], ['12 time-outs'])), null)
  assert.equal(figureOf(row('ours', [])), null)
})

test("processor time counts user, system and ended children's, whatever the program is called", () => {
  const rest = 'S 1 2 3 0 -1 4194560 100 200 0 0 250 50 7 3 20 0 1 0 12345 1000 200'
  assert.equal(cpuTicks(`4711 (node) ${rest}`), 310)
  assert.equal(cpuTicks(`4711 (a ) b (c)) ${rest}`), 310)
  assert.equal(cpuTicks(''), 0)
})

test('memory is read from the lines that are named', () => {
  const status = 'Name:\tnode\nVmRSS:\t   2048 kB\nRssAnon:\t    1000 kB\nRssFile:\t    900 kB\nRssShmem:\t     24 kB\n'
  assert.equal(statusBytes(status, ['VmRSS']), 2048 * 1024)
  assert.equal(statusBytes(status, ['RssAnon', 'RssShmem']), 1024 * 1024)
  assert.equal(statusBytes('', ['VmRSS']), 0)
})

const WRK = `Running 3s test @ http://127.0.0.1:8000/
  1 threads and 64 connections
  300123 requests in 3.00s, 40.00MB read
Requests/sec: 100041.00
{"requests":300123,"bytes":41943040,"microseconds":3000500,"status":0,"connect":0,"read":0,"write":0,"timeout":0,"p50":600,"p99":900}
`

test("wrk's figures are read as they were counted", () => {
  assert.deepEqual(parseWrk(WRK), { requests: 300_123, bytes: 41_943_040, seconds: 3.0005, fault: null })
})

test('a failed request makes a figure invalid, and is told', () => {
  assert.equal(parseWrk(WRK.replace('"status":0', '"status":17')).fault, '17 replies other than 2xx or 3xx')
  const several = WRK.replace('"read":0', '"read":2').replace('"timeout":0', '"timeout":64')
  assert.equal(parseWrk(several).fault, '2 failed reads, 64 time-outs')
  assert.equal(parseWrk(WRK.replace('"requests":300123', '"requests":0')).fault, 'no request was answered')
})

test('output of wrk without figures is an error that shows it', () => {
  assert.throws(() => parseWrk('unable to connect to 127.0.0.1:1'), /unable to connect/)
  assert.throws(() => parseWrk(''), /nothing/)
})

test('figures are written with the digits that count', () => {
  assert.equal(number(4.3), '4.30')
  assert.equal(number(12.345), '12.3')
  assert.equal(number(123_456.7), '123,457')
  assert.equal(number(-675.2), '-675')
  assert.equal(number(undefined), '–')
  assert.equal(number(Number.NaN), '–')
})
