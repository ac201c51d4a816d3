// Whatever a redirect within the site is given, it refuses it or stays on the site, as a browser reads the location.
import assert from 'node:assert/strict'
import { RedirectError, redirect, sitePath } from '../../src/exchange/index.ts'
import { bytesOf } from '../support/latin1.ts'

const BASES = ['https://here.example/folder/page?x', 'http://here.example//a/']

export default {
  name: 'redirects',
  seeds: [
    '/todos?a=b#c',
    '../x',
    '?page=2',
    '//other.example',
    '/\\other.example',
    '/\t/x',
    ' /x',
    'javascript:x',
    '/%2F%5C%zz',
    '/ü€',
  ].map(text => (text.includes('€') ? new TextEncoder().encode(text) : bytesOf(text))),
  run(bytes: Uint8Array): void {
    const text = new TextDecoder().decode(bytes)
    for (const base of BASES) {
      const path = sitePath(text)
      assert.match(path, /^\/(?!\/)[\x21-\x7e]*$/)
      assert.equal(new URL(path, base).origin, new URL(base).origin)
      const location = locationOf(text)
      if (location === null) continue
      assert.match(location, /^[\x21-\x7e]+$/)
      assert.equal(new URL(location, base).origin, new URL(base).origin)
      // What has been encoded needs no more of it.
      assert.equal(locationOf(location), location)
    }
  },
}

function locationOf(text: string): string | null {
  try {
    return redirect(text).fields.get('Location') ?? null
  } catch (error) {
    assert(error instanceof RedirectError, String(error))
    return null
  }
}
