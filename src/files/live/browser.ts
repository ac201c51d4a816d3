// What runs in the page: a script that listens, exchanges style sheets, and loads the page again for anything else.
import { sitePath } from '../../exchange/index.ts'
import { escaped } from '../pages/index.ts'

/** Where live reload lives; a dot keeps it apart from a site's own files, since hidden ones are not served. */
export const SCRIPT_PATH = '/.wirewright/live.js'
export const STREAM_PATH = '/.wirewright/live'

/** The script's content. The version that the page was made at comes with the script's own address, and so does the prefix that the site is mounted below. */
export const SCRIPT = `(() => {
  'use strict'
  const own = new URL(document.currentScript.src)
  const base = own.pathname.slice(0, -'${SCRIPT_PATH}'.length)
  const since = own.searchParams.get('since') ?? ''
  const source = new EventSource(base + '${STREAM_PATH}?since=' + encodeURIComponent(since))
  source.addEventListener('reload', () => location.reload())
  source.addEventListener('css', event => {
    const links = [...document.querySelectorAll('link[rel~="stylesheet"][href]')]
    for (const path of JSON.parse(event.data)) {
      const link = links.find(one => samePlace(new URL(one.href), path))
      // A sheet that no link names may be imported by another one, or not be used at all: loading again is right for both.
      if (link === undefined) return location.reload()
      exchange(link)
    }
  })
  addEventListener('pagehide', () => source.close())
  addEventListener('pageshow', event => { if (event.persisted) location.reload() })

  function samePlace(url, path) {
    try {
      return url.origin === location.origin && decodeURIComponent(url.pathname) === decodeURIComponent(base) + path
    } catch {
      return false
    }
  }

  // The old sheet stays until the new one is there, or the page would flash.
  function exchange(link) {
    const fresh = link.cloneNode()
    const url = new URL(link.href)
    url.searchParams.set('wirewright', Date.now())
    fresh.href = url
    fresh.addEventListener('load', () => link.remove())
    fresh.addEventListener('error', () => link.remove())
    link.after(fresh)
  }
})()
`

/** The tag that brings the script into a page. @param base where the site is mounted; empty for nowhere */
export function scriptTag(version: string, base: string): string {
  const prefix = base === '' ? '' : escaped(sitePath(base))
  return `<script src="${prefix}${SCRIPT_PATH}?since=${encodeURIComponent(version)}"></script>`
}
