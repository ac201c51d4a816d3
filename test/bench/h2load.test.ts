import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseH2load } from '../../bench/h2load.ts'

const CLEAR = `starting benchmark...
spawning thread #0: 8 total client(s). Timing-based test with 0s of warm-up time and 1s of main duration for measurements.
Application protocol: h2c
Main benchmark duration is over for thread #0. Stopping all clients.

finished in 1.50s, 525400.00 req/s, 21.05MB/s
requests: 525400 total, 526200 started, 525400 done, 525400 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 525400 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 21.05MB (22067824) total, 5.51MB (5780232) headers (space savings 93.71%), 6.51MB (6830200) data
`
const SECURE = CLEAR.replace(
  'Application protocol: h2c',
  'TLS Protocol: TLSv1.3\nCipher: TLS_AES_128_GCM_SHA256\nServer Temp Key: X25519 253 bits\nApplication protocol: h2',
)

test("h2load's figures are read as they were counted", () => {
  const figures = { requests: 525_400, bytes: 22_067_824, seconds: 1.5, fault: null }
  assert.deepEqual(parseH2load(CLEAR, false), figures)
  assert.deepEqual(parseH2load(SECURE, true), figures)
  assert.equal(parseH2load(CLEAR.replace('1.50s', '987.65ms'), false).seconds, 0.98765)
})

test('a request that failed, or was not answered with 2xx, makes a figure invalid', () => {
  const fault = (from: string, to: string) => parseH2load(CLEAR.replace(from, to), false).fault
  assert.equal(fault('0 failed', '3 failed'), '3 failed requests')
  assert.equal(fault('0 errored', '12 errored'), '12 requests without a whole reply')
  assert.equal(fault('0 timeout', '1 timeout'), '1 time-outs')
  assert.equal(fault('0 4xx', '525400 4xx'), '525400 replies of 4xx')
  assert.equal(fault('0 3xx, 0 4xx', '1 3xx, 2 4xx'), '1 redirections, 2 replies of 4xx')
  assert.equal(fault('525400 done', '0 done'), 'no request was answered')
})

test('another protocol or cipher than the one asked for makes a figure invalid', () => {
  assert.equal(parseH2load(SECURE.replace('protocol: h2', 'protocol: http/1.1'), true).fault, 'speaks http/1.1')
  assert.equal(parseH2load(CLEAR.replace('Application protocol: h2c\n', ''), false).fault, 'speaks no protocol')
  assert.equal(parseH2load(SECURE.replace('AES_128', 'AES_256'), true).fault, 'enciphers with TLS_AES_256_GCM_SHA256')
})

test('output of h2load without figures is an error that shows it', () => {
  assert.throws(() => parseH2load('could not connect to 127.0.0.1:1', false), /could not connect/)
  assert.throws(() => parseH2load('', false), /nothing/)
})
