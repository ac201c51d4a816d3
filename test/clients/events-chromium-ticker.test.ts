// The ticker's page in Chromium: it draws, comes back when it is hung up on and when the server restarts, and loses nothing.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { chromium } from 'playwright-core'
import { Memory } from '../../examples/ticker/memory.ts'
import { KEPT, type Ticker, ticker } from '../../examples/ticker/ticker.ts'
import { type Server, serve } from '../../src/index.ts'

const SWITCHES = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']

test('the page is live, comes back when it is cut off, and goes on after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ticker-'))
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: SWITCHES,
    headless: true,
  })
  let running: { market: Ticker; server: Server } | null = null
  const start = async (port: number): Promise<{ market: Ticker; server: Server }> => {
    const market = ticker(new Memory(join(folder, 'ticks.jsonl'), KEPT), Math.random)
    return { market, server: await serve(market.app, { port }) }
  }
  try {
    running = await start(0)
    const { port } = running.server
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('pageerror', error => complaints.push(error.message))
    const shows = (id: string, text: RegExp): Promise<void> => page.locator(`#${id}`, { hasText: text }).waitFor()
    const tick = (): void => running?.market.tick(Date.now())

    for (let n = 0; n < 5; n++) tick()
    await page.goto(`http://localhost:${port}/`)
    await shows('word', /^Live$/)
    await shows('seen', /^5$/)
    tick()
    await shows('seen', /^6$/)
    assert.match((await page.locator('.stall').first().textContent()) ?? '', /^Tea a tin1\d\.\d\d/)
    const before = await page.locator('main').screenshot()

    await page.click('#hang-up')
    await shows('word', /^Cut off/)
    tick()
    await shows('word', /^Live again/)
    await shows('seen', /^7$/)
    assert.ok(!before.equals(await page.locator('main').screenshot()))

    await running.server.close()
    await shows('word', /^Cut off/)
    running = await start(port)
    tick()
    await shows('seen', /^8$/)
    tick()
    await shows('seen', /^9$/)
    await shows('last', /-9$/)
    await shows('missed', /^0$/)
    assert.deepEqual(complaints, [])
  } finally {
    await browser.close()
    await running?.server.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
