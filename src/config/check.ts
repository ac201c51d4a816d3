// What no option can know of itself: values that must fit together, or have a form that no shape describes.
import { about, type Key } from './options.ts'
import type { Origin } from './origin.ts'
import { type Problem, shown } from './problems.ts'
import type { HostGiven, Values } from './values.ts'

/** Of a host only what it says itself: the rest has been looked at before. */
export function checkOfHost({ at, values: own }: HostGiven, common: Values, problems: Problem[]): void {
  for (const [given, missing] of [PAIR, PAIR.toReversed()] as [Key, Key][]) {
    const value = own.get(given)
    if (value !== undefined && value.value !== null && !own.has(missing))
      problems.push({ origin: value.origin, message: `${at}.${given} needs ${at}.${missing} beside it` })
  }
  const found: Problem[] = []
  checkTogether(new Map([...common, ...own, ['enable_ssl', NO_TLS]]), found, `${at}.`)
  const origins = new Set([...own.values()].map(({ origin }) => origin))
  problems.push(...found.filter(({ origin }) => origins.has(origin)))
}

const PAIR = ['ssl_cert', 'ssl_key']
/** The pair has been looked at. */
const NO_TLS = { value: false, origin: { source: 'default' } } as const

/** What no option can know of itself. */
export function checkTogether(values: Values, problems: Problem[], prefix = ''): void {
  const value = (key: Key) => (values.get(key) ?? { value: about(key).initial }).value
  const origin = (key: Key): Origin => values.get(key)?.origin ?? { source: 'default' }
  if (value('enable_ssl') === true && (value('ssl_cert') === null) !== (value('ssl_key') === null)) {
    const [given, missing]: [Key, Key] = value('ssl_cert') === null ? ['ssl_key', 'ssl_cert'] : ['ssl_cert', 'ssl_key']
    problems.push({ origin: origin(given), message: `${prefix}${given} needs ${prefix}${missing} beside it` })
  }
  const auth = value('auth')
  if (typeof auth === 'string' && !/^[^:\p{Cc}]+:[^\p{Cc}]+$/u.test(auth))
    problems.push({
      origin: origin('auth'),
      message: `${prefix}auth must be a name, a colon and a password: user:password`,
    })
  const health = value('health_path')
  if (typeof health === 'string' && !/^\/[\x21\x22\x24-\x3e\x40-\x7e]*$/.test(health))
    problems.push({ origin: origin('health_path'), message: 'health_path must be a path: /healthz' })
  for (const name of value('index_files') as readonly string[])
    if (!isFileName(name))
      problems.push({
        origin: origin('index_files'),
        message: `${prefix}index_files must be names of files, not ${shown(name)}`,
      })
  for (const site of value('cors_allow_origin') as readonly string[])
    if (!isOrigin(site))
      problems.push({
        origin: origin('cors_allow_origin'),
        message: `${prefix}cors_allow_origin must be * or origins as browsers write them, such as https://app.example, not ${shown(site)}`,
      })
}

function isFileName(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !/[/\\\0]/.test(text)
}

/** Whether a browser could send that in Origin: compared letter by letter, another spelling would let nobody in. */
function isOrigin(text: string): boolean {
  if (text === '*' || text === 'null') return true
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@A-Z]+$/.test(text)) return false
  // Only of web addresses is it known which port is the usual one.
  return !/^https?:/.test(text) || (URL.canParse(text) && new URL(text).origin === text)
}
