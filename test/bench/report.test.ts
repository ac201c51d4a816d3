import assert from 'node:assert/strict'
import { test } from 'node:test'
import { budget, type Limit, verdicts } from '../../bench/budget.ts'
import { echoLoads } from '../../bench/echo-loads.ts'
import { loads, type Service } from '../../bench/loads.ts'
import { chosen, whole } from '../../bench/options.ts'
import { others, ours, oursOtherwise, type Peer } from '../../bench/peers.ts'
import { plot } from '../../bench/plot.ts'
import { budgetTable, faultLines, loadTable, report } from '../../bench/report.ts'
import { result, row } from './results.ts'

const PROJECT = {
  root: '/',
  library: '/index.js',
  command: '/main.js',
  compression: '/compression.js',
  version: '0',
  speaksH2: true,
  hasApp: true,
  speaksWebSocket: true,
  echo: '/echo.ts',
}

const hello = result('hello', [row('ours', [5, 4, 6]), row('nginx', [10, 9, 12]), row('bun', [7], ['3 time-outs'])])

test('a table has a line for each server, with its median, range and ratio to ours', () => {
  assert.deepEqual(cells(loadTable(hello)), [
    ['server', 'µs CPU per request', 'least – greatest', '× ours', 'requests/s', 'MB'],
    ['Wirewright', '5.00', '4.00 – 6.00', '1.00', '1,000', '50.0'],
    ['nginx', '10.0', '9.00 – 12.0', '2.00', '1,000', '50.0'],
    ['bun', '–', 'not valid', '–', '1,000', '50.0'],
  ])
})

test('all lines of a table are equally wide', () => {
  const widths = new Set(
    loadTable(hello)
      .split('\n')
      .map(line => line.length),
  )
  assert.equal(widths.size, 1)
})

test('a table can take another server as its measure', () => {
  assert.equal(cells(loadTable(hello, 'nginx'))[1]![3], '0.50')
})

test('where a bare socket was measured, the table says how much more the others need', () => {
  const table = cells(loadTable(result('idle', [row('ours', [2500]), row('net', [1480])])))
  const column = table[0]!.indexOf('above node:net')
  assert.deepEqual([table[1]![column], table[2]![column]], ['1,020', '0.00'])
})

test('what is wrong with a figure is told on one line', () => {
  const broken = result('hello', [row('bun', [], ['ended with 1: Error:\n  no such file'])])
  assert.deepEqual(faultLines(broken), ['bun: not valid: ended with 1: Error: no such file'])
})

test('a limit is held against the medians, as a ratio, a difference or memory', () => {
  const limits: Limit[] = [
    { load: 'hello', how: 'times', most: 0.5, against: { load: 'hello', peers: ['nginx'] } },
    { load: 'hello', how: 'times', most: 0.4, against: { load: 'hello', peers: ['nginx'] } },
    { load: 'idle', how: 'above', most: 1000, against: { load: 'idle', peers: ['net'] } },
    { load: 'idle', how: 'times', most: 600, against: { load: 'hello', peers: ['ours'] } },
    { load: 'idle', how: 'memory', most: 9, against: { load: 'hello', peers: ['ours'] } },
  ]
  const idle = result('idle', [row('ours', [2500], [], 60e6), row('net', [1500])])
  assert.deepEqual(
    verdicts([hello, idle], limits).map(({ value, kept }) => [value, kept]),
    [
      [0.5, true],
      [0.5, false],
      [1000, true],
      [500, true],
      [10, false],
    ],
  )
})

test('a limit can be on another server than this one, and on how far apart figures are', () => {
  const limits: Limit[] = [
    { load: 'param', peer: 'x', how: 'times', most: 0.6, against: { load: 'param', peers: ['y'] } },
    { load: 'param', how: 'spread', most: 1.1, against: { load: 'param', peers: ['x', 'y'] } },
    { load: 'param', peer: 'y', how: 'spread', most: 6, against: { load: 'param', peers: ['x', 'ours'] } },
  ]
  const three = result('param', [row('ours', [5]), row('x', [2]), row('y', [10])])
  const found = verdicts([three], limits)
  assert.deepEqual(
    found.map(({ value, kept }) => [value, kept]),
    [
      [0.2, true],
      [5, false],
      [5, true],
    ],
  )
  const told = cells(budgetTable(found)).map(([what]) => what)
  assert.deepEqual(told.slice(1), [
    'param: x, times y',
    'param: ours and x and y, the greatest times the least',
    'param: y and x and ours, the greatest times the least',
  ])
  assert.deepEqual(verdicts([result('param', [row('ours', [5]), row('x', [2])])], limits), [])
})

test('a limit is not judged by figures that are missing or not valid', () => {
  const limits: Limit[] = [
    { load: 'hello', how: 'times', most: 1, against: { load: 'hello', peers: ['bun'] } },
    { load: 'hello', how: 'times', most: 1, against: { load: 'hello', peers: ['deno'] } },
    { load: 'idle', how: 'above', most: 1, against: { load: 'idle', peers: ['net'] } },
  ]
  assert.deepEqual(verdicts([hello], limits), [])
})

test('every limit names a load and a peer that there are', () => {
  const peers = [ours(PROJECT), ...oursOtherwise(PROJECT), ...others].map(peer => peer.name)
  for (const { load, peer = 'ours', against } of budget) {
    for (const name of [load, against.load])
      assert.ok(
        loads.some(each => each.name === name),
        name,
      )
    for (const name of [peer, ...against.peers]) assert.ok(peers.includes(name), name)
  }
})

test('every load can be put to this server', () => {
  const own = ours(PROJECT)
  for (const load of [...loads, ...echoLoads])
    assert.ok(
      load.services.some(service => own.services[service]),
      load.name,
    )
})

test('a revision without an echo program is put to no load of it', () => {
  const { services } = ours({ ...PROJECT, echo: null })
  assert.deepEqual([services.echo, services['h2-echo']], [undefined, undefined])
})

test('a revision from before HTTP/2 is put to no load of HTTP/2', () => {
  const old = ours({ ...PROJECT, speaksH2: false, hasApp: false })
  const able = ableTo(old)
  assert.ok(able.includes('hello'))
  assert.deepEqual(
    able.filter(name => name.startsWith('h2')),
    [],
  )
})

test('a revision from before applications is put to no load that needs one', () => {
  const able = ableTo(ours({ ...PROJECT, hasApp: false }))
  for (const name of ['hello', 'h2-hello', 'file-1k']) assert.ok(able.includes(name), name)
  for (const name of ['param', 'h2-param', 'routes', 'hooks']) assert.ok(!able.includes(name), name)
})

test('a revision from before WebSocket is put to no load of it', () => {
  const able = ableTo(ours({ ...PROJECT, speaksWebSocket: false, speaksH2: false }))
  assert.ok(able.includes('param') && able.includes('echo'))
  assert.deepEqual(
    able.filter(name => /(^|-)ws\b/.test(name)),
    [],
  )
})

test('every peer has a way to offer what it says it offers', () => {
  const place = { port: 1, folder: '/folder', site: '/site', certificate: '/cert.pem', key: '/key.pem' }
  for (const { name, services } of others.filter(peer => ['nginx', 'caddy', 'h2o', 'nghttpd'].includes(peer.name)))
    for (const [service, way] of Object.entries(services)) {
      const { argv, files } = way({ ...place, service: service as Service })
      const all = [...argv, ...Object.values(files ?? {})].join('\n')
      assert.equal(all.includes('/cert.pem'), service.endsWith('tls') || service === 'https', `${name} ${service}`)
      if (service.includes('files')) assert.ok(all.includes('/site'), `${name} ${service}`)
    }
})

test('the better of two is the one that counts, and both must be there', () => {
  const limits: Limit[] = [
    { load: 'hello', how: 'times', most: 0.5, against: { load: 'hello', peers: ['nginx', 'h2o'] } },
  ]
  const three = result('hello', [row('ours', [5]), row('nginx', [10]), row('h2o', [8])])
  assert.deepEqual(
    verdicts([three], limits).map(({ value, kept }) => [value, kept]),
    [[0.625, false]],
  )
  assert.deepEqual(verdicts([{ ...three, rows: three.rows.slice(0, 2) }], limits), [])
  assert.match(report([three]), /# Measured/)
})

test("a transfer's table says megabytes a second", () => {
  const table = cells(loadTable({ ...result('h2-upload', [row('ours', [1])]), rate: 'MB/s' }))
  assert.equal(table[0]!.at(-2), 'MB/s')
})

test('the report has limits, figures, versions and method', () => {
  const text = report([hello])
  assert.match(text, /^# Measured/)
  assert.match(text, /hello: ours, times nginx +\| +1\.2 \| +0\.50 \| +kept/)
  assert.match(text, /### The load hello/)
  assert.match(text, /- bun: not valid: 3 time-outs/)
  assert.match(text, /Rounds: 3 of 3 s; starts of each server: 1; 2026-01-02 03:04 UTC; a machine/)
  assert.match(text, /\| nginx +\| 1\.2\.3/)
})

test('the plot has a bar for each valid figure, as long as it is great', () => {
  const picture = plot([hello])
  const bars = [...picture.matchAll(/<rect class="bar"[^>]* width="([\d.]+)"/g)].map(match => Number(match[1]))
  assert.equal(bars.length, 2)
  assert.ok(Math.abs(bars[1]! / bars[0]! - 2) < 0.01)
  assert.equal([...picture.matchAll(/<g class="ours">/g)].length, 1)
})

test('nothing in the plot leaves its frame', () => {
  const picture = plot([hello, result('start', [row('ours', [-5, 10]), row('net', [0])])])
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(picture)!.map(Number)
  for (const [, at] of picture.matchAll(/ x[12]?="([-\d.]+)"/g)) assert.ok(Number(at) >= 0 && Number(at) <= width!)
  for (const [, at] of picture.matchAll(/translate\(0 ([-\d.]+)\)/g)) assert.ok(Number(at) >= 0 && Number(at) < height!)
  assert.doesNotMatch(picture, /NaN|undefined|width="-/)
})

test('names in the plot are escaped', () => {
  assert.match(plot([result('a', [{ ...row('x', [1]), title: '<C & epoll>' }])]), /&lt;C &amp; epoll&gt;/)
})

test('loads and peers are chosen by name, and an unknown name is told with those there are', () => {
  const all = [{ name: 'a' }, { name: 'b' }, { name: 'c' }]
  assert.deepEqual(chosen(all, undefined, 'load'), all)
  assert.deepEqual(chosen(all, 'c,a', 'load'), [{ name: 'a' }, { name: 'c' }])
  const families = [{ name: 'echo' }, { name: 'echo-h2' }, { name: 'hello' }]
  assert.deepEqual(chosen(families, 'echo*', 'load'), families.slice(0, 2))
  assert.deepEqual(chosen(families, 'hello,echo', 'load'), [families[0], families[2]])
  assert.throws(() => chosen(all, 'd*', 'load'), /no load "d\*"/)
  assert.throws(() => chosen(all, 'a,d', 'load'), /no load "d"; there are: a, b, c/)
  assert.throws(() => whole('1.5', '--rounds'), /--rounds takes a whole number from 1, not "1.5"/)
  assert.equal(whole('15', '--rounds'), 15)
})

function ableTo({ services }: Peer): string[] {
  return [...loads, ...echoLoads]
    .filter(load => load.services.some(service => services[service]))
    .map(load => load.name)
}

function cells(table: string): string[][] {
  const lines = table.split('\n').filter((_, index) => index !== 1)
  return lines.map(line =>
    line
      .slice(2, -2)
      .split(' | ')
      .map(cell => cell.trim()),
  )
}
