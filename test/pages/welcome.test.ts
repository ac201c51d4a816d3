import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { TOKENS } from '../../src/files/pages/index.ts'

const site = new URL('../../welcome/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, site), 'utf8')
const pages = readdirSync(site).filter(name => name.endsWith('.html'))

describe('the welcome site', () => {
  it('has the look of the pages that the server makes', () => {
    assert.ok(read('style.css').startsWith(TOKENS))
  })

  it('needs nothing from elsewhere and nothing inline, so that a strict policy holds', () => {
    for (const name of pages) {
      const html = read(name)
      assert.doesNotMatch(html, /\s(?:style|on\w+)=/, name)
      assert.doesNotMatch(html, /<style|<script(?![^>]*\ssrc=)/, name)
      assert.doesNotMatch(html, /(?:src|href)="(?:https?:)?\/\//, name)
    }
    assert.doesNotMatch(read('style.css'), /@import|url\(/)
  })

  it('has no link that leads nowhere, but the one that says so', () => {
    for (const name of pages) {
      for (const [, link] of read(name).matchAll(/(?:src|href)="([^"]*)"/g)) {
        const path = link.replace(/[?#].*/, '')
        if (path === '' || path === '/no-such-page') continue
        assert.ok(existsSync(new URL(`.${path}`, site)), `${name} links to ${link}`)
      }
    }
  })

  it('has in each page a language, a title, one heading, a main part and a way past the navigation', () => {
    for (const name of pages) {
      const html = read(name)
      for (const part of [
        /<html lang="en">/,
        /<title>[^<]+<\/title>/,
        /<main id="main">/,
        /<a class="skip" href="#main">/,
        /<nav aria-label=/,
      ])
        assert.match(html, part, name)
      assert.equal(html.match(/<h1>/g)?.length, 1, name)
    }
  })

  it('shows bytes that are where they say they are', () => {
    const bytes = readFileSync(new URL('files/bytes.bin', site))
    assert.equal(bytes.length, 65536)
    assert.ok(bytes.every((value, place) => value === place % 256))
  })
})

it('all text can be read on its ground, in light and in dark', () => {
  const [light, dark] = TOKENS.split('@media').map(
    part => new Map([...part.matchAll(/--(\w+): (#\w{6});/g)].map(([, name, colour]) => [name, luminance(colour)])),
  )
  for (const colours of [light, dark]) {
    for (const ground of ['paper', 'raised', 'glow']) {
      for (const text of ['ink', 'muted', 'copper']) {
        const [a, b] = [colours.get(ground) ?? 0, colours.get(text) ?? 0]
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
        assert.ok(contrast >= 4.5, `${text} on ${ground}: ${contrast.toFixed(2)}`)
      }
    }
  }
})

/** The relative luminance of a colour (WCAG 2.2). */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map(at => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
