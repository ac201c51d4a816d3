// What a folder can be told, with the defaults, and the checks on what was told.
import { resolve } from 'node:path'
import type { Exchange, Reply } from '../exchange/index.ts'
import { FieldList } from '../http/fields.ts'
import { type DecodedPath, decodePath, encodePath } from '../http/paths.ts'
import { realPathNow } from './disk.ts'
import type { HeaderRule, RedirectRule } from './rules.ts'

/** Makes the reply for a folder that has no index file. */
export type Listing = (folder: ListedFolder, exchange: Exchange) => Reply | Promise<Reply>

/** A folder that is to be listed. */
export interface ListedFolder {
  /** The folder's path as it was asked for, decoded, with a slash at its end. */
  readonly path: string
  /** The folder on disk, without symlinks; it lies inside the root. */
  readonly directory: string
  /** Whether names that start with a dot are served. */
  readonly hidden: boolean
}

/** What can differ from folder to folder. */
export interface FolderOptions {
  /** Names of the file that answers for its folder, the first one found. Default: `index.html`. */
  readonly index?: readonly string[]
  /** Serve names that start with a dot. `/.well-known/` is always served. Default: false. */
  readonly hidden?: boolean
  /** Answers for folders without an index file: true for the usual page, or what `directoryListing` makes; false or null for 403. Default: null. */
  readonly listing?: Listing | boolean | null
  /** Send `name.br`, `name.zst` or `name.gz` in place of `name` to clients that take it. Default: true. */
  readonly precompressed?: boolean
  /**
   * Seconds for which a browser may use a file without asking again. 0: it asks each time, and is told if nothing changed.
   * false: it keeps nothing. HTML is always asked for again. Default: 0.
   */
  readonly maxAge?: number | false
  /** Let browsers keep files for a year whose name carries a hash, such as `app.3f2a9c1b.js`. Default: true. */
  readonly immutable?: boolean
  /** Answer paths that name no file, but look like pages, with a page: the folder's index, or the file of this path. Default: false. */
  readonly spa?: boolean | string
  /** Answer `/about` with `about.html`, and redirect `/about.html` to `/about`. Default: false. */
  readonly cleanUrls?: boolean
  /** Fields for every reply, such as the security headers. Default: none. */
  readonly fields?: FieldList
  /** Media types by extension without the dot, or by whole name. Text needs its charset: `text/x-foo; charset=utf-8`. */
  readonly mediaTypes?: Readonly<Record<string, string>>
}

/** What the root can be told: all that a folder can, and what holds for the handler as a whole. */
export interface FilesOptions extends FolderOptions {
  /** Options for folders below the root, by path such as `/downloads/`; each inherits from the folder around it. */
  readonly folders?: Readonly<Record<string, FolderOptions>>
  /** Redirects, tried in order before any file is looked for. */
  readonly redirects?: readonly RedirectRule[]
  /** Fields for files by their paths; later rules win. */
  readonly headers?: readonly HeaderRule[]
  /** Paths of files that are never served, whatever leads to them: keys, the configuration, logs. Default: none. */
  readonly withheld?: readonly string[]
  /** The memory for files that are asked for often; false for none. */
  readonly cache?: CacheOptions | false
  /** What time it is; for tests. */
  readonly clock?: FilesClock
}

/** Bounds of the memory for files. 0 for `bytes` or `age` keeps nothing. */
export interface CacheOptions {
  /** The most bytes in all. Default: 100 MB. */
  readonly bytes?: number
  /** The largest file that is kept, in bytes; larger ones are read each time they are sent. Default: 1 MB. */
  readonly fileBytes?: number
  /** Seconds after which a file is read again even if it seems unchanged. Default: 3600. */
  readonly age?: number
}

/** Time as an argument, for tests; the machine's unless another is given. */
export interface FilesClock {
  /** Milliseconds that only ever grow. */
  now(): number
  /** Milliseconds since 1970. */
  date(): number
}

/** The options that are in force in one folder. */
export interface FolderSettings {
  /** The folder's path, encoded, with a slash at its end. */
  readonly path: string
  readonly index: readonly string[]
  readonly hidden: boolean
  readonly listing: Listing | null
  readonly precompressed: boolean
  /** Seconds; null where a browser is to keep nothing. */
  readonly maxAge: number | null
  readonly immutable: boolean
  /** The encoded path of the page for paths without a file; null for none. */
  readonly spa: string | null
  readonly cleanUrls: boolean
  readonly fields: FieldList
  readonly mediaTypes: ReadonlyMap<string, string>
}

export interface Settings {
  /** The longest path first; the root is last. */
  readonly folders: readonly FolderSettings[]
  /** Paths without symlinks. */
  readonly withheld: ReadonlySet<string>
  /** null where nothing is kept. */
  readonly cache: Required<CacheOptions> | null
  readonly clock: FilesClock
}

const MEGABYTE = 1024 * 1024
// The global is an accessor, which costs as much as the call.
const { performance } = globalThis
const SYSTEM_CLOCK: FilesClock = { now: () => performance.now(), date: () => Date.now() }

const ROOT: FolderSettings = {
  path: '/',
  index: ['index.html'],
  hidden: false,
  listing: null,
  precompressed: true,
  maxAge: 0,
  immutable: true,
  spa: null,
  cleanUrls: false,
  fields: FieldList.empty,
  mediaTypes: new Map(),
}

/**
 * Checks the options and fills in what was left out.
 * @throws TypeError that names the option which is wrong, and what would be right
 */
export function settingsOf(options: FilesOptions): Settings {
  refuseUnknown(options, { ...FOLDER_CHECKS, ...FILES_KEYS }, '')
  const folders = [folderSettings(ROOT, '/', options, '')]
  const tables = Object.entries(options.folders ?? {}).map(([path, own]) => [folderPath(path), own, path] as const)
  // Outer folders first, so that those inside can inherit from them.
  for (const [path, own, given] of tables.sort(([a], [b]) => a.length - b.length)) {
    refuseUnknown(own, FOLDER_CHECKS, `folders[${JSON.stringify(given)}].`)
    folders.unshift(folderSettings(settingsAt(folders, path), path, own, `folders[${JSON.stringify(given)}].`))
  }
  const withheld = withheldPaths(options.withheld ?? [])
  return { folders, withheld, cache: cacheSettings(options.cache), clock: options.clock ?? SYSTEM_CLOCK }
}

/** The options in force at an encoded path. */
export function settingsAt(folders: readonly FolderSettings[], path: string): FolderSettings {
  for (const folder of folders) if (path.startsWith(folder.path)) return folder
  return folders[folders.length - 1]
}

function folderSettings(around: FolderSettings, path: string, own: FolderOptions, where: string): FolderSettings {
  for (const [key, [expected, holds]] of Object.entries(FOLDER_CHECKS)) {
    const value = own[key as keyof FolderOptions]
    if (value !== undefined && !holds(value)) throw wrongOption(where + key, value, expected)
  }
  const index = own.index ?? around.index
  const { spa, maxAge, mediaTypes, fields } = own
  return {
    path,
    index,
    hidden: own.hidden ?? around.hidden,
    listing: own.listing === undefined ? around.listing : madeOf(own.listing),
    precompressed: own.precompressed ?? around.precompressed,
    maxAge: maxAge === undefined ? around.maxAge : maxAge === false ? null : maxAge,
    immutable: own.immutable ?? around.immutable,
    spa: spa === undefined ? around.spa : pageOf(spa, path),
    cleanUrls: own.cleanUrls ?? around.cleanUrls,
    fields: fields ?? around.fields,
    mediaTypes: mediaTypes
      ? new Map([...around.mediaTypes, ...Object.entries(mediaTypes).map(lowerKey)])
      : around.mediaTypes,
  }
}

/** `true` has been replaced by the usual listing before (see `files`). */
function madeOf(listing: Listing | boolean | null): Listing | null {
  return typeof listing === 'function' ? listing : null
}

type Check = readonly [expected: string, holds: (value: unknown) => boolean]

const YES_OR_NO: Check = ['true or false', value => typeof value === 'boolean']

const FOLDER_CHECKS: Readonly<Record<keyof FolderOptions, Check>> = {
  index: ['a list of file names', value => Array.isArray(value) && value.every(isFileName)],
  hidden: YES_OR_NO,
  listing: ['true, false, null or a function', value => value === null || /boolean|function/.test(typeof value)],
  precompressed: YES_OR_NO,
  maxAge: ['a whole number of seconds from 0, or false', value => value === false || isCount(value)],
  immutable: YES_OR_NO,
  spa: ['true, false, or the path of a file such as /app.html', value => typeof value === 'boolean' || isPath(value)],
  cleanUrls: YES_OR_NO,
  fields: ['a FieldList', value => value instanceof FieldList],
  mediaTypes: ['media types such as text/plain by extension without the dot', isTypeTable],
}

const FILES_KEYS = { folders: 0, redirects: 0, headers: 0, withheld: 0, cache: 0, clock: 0 }

function cacheSettings(given: CacheOptions | false | undefined): Required<CacheOptions> | null {
  const defaults = { bytes: 100 * MEGABYTE, fileBytes: MEGABYTE, age: 3600 }
  if (given === undefined) return defaults
  if (given === false) return null
  refuseUnknown(given, defaults, 'cache.')
  for (const [key, value] of Object.entries(given))
    if (value !== undefined && !isCount(value)) throw wrongOption(`cache.${key}`, value, 'a whole number from 0')
  const { bytes = defaults.bytes, fileBytes = defaults.fileBytes, age = defaults.age } = given
  return bytes === 0 || age === 0 ? null : { bytes, fileBytes, age }
}

function withheldPaths(given: readonly string[]): ReadonlySet<string> {
  if (!Array.isArray(given) || !given.every(path => typeof path === 'string' && path !== ''))
    throw wrongOption('withheld', given, 'a list of paths')
  return new Set(given.map(path => realPathNow(resolve(path))))
}

function refuseUnknown(given: object, known: object, where: string): void {
  if (typeof given !== 'object' || given === null) throw wrongOption(where || 'options', given, 'an object')
  for (const key of Object.keys(given)) if (!Object.hasOwn(known, key)) throw unknownOption(where + key, known)
}

function folderPath(path: string): string {
  const decoded = decodeGiven(path)
  if (decoded === null) throw wrongOption('folders', path, 'a table by paths such as /downloads/')
  return encodePath({ segments: decoded.segments, folder: true })
}

/** A path as a person writes it in a configuration, where what must be escaped on the wire may stand as it is. */
function decodeGiven(path: string): DecodedPath | null {
  const decoded = decodePath(path.toWellFormed().replace(/[^\x21-\x7e]+/gu, encodeURIComponent), false)
  return typeof decoded === 'string' ? null : decoded
}

function pageOf(spa: boolean | string, folder: string): string | null {
  if (typeof spa === 'boolean') return spa ? folder : null
  const decoded = decodeGiven(spa)
  return decoded === null ? null : encodePath(decoded)
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isFileName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !/[/\\\0]/.test(value) && value !== '.' && value !== '..'
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' && decodeGiven(value) !== null
}

function isTypeTable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).every(
    ([name, type]) => name !== '' && typeof type === 'string' && /^[\w.+-]+\/[\w.+-]+(?:\s*;[\x20-\x7e]+)?$/.test(type),
  )
}

function lowerKey([name, type]: [string, string]): [string, string] {
  return [name.toLowerCase(), type]
}

function wrongOption(name: string, value: unknown, expected: string): TypeError {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return new TypeError(`files: the option ${name} must be ${expected}, not ${shown.slice(0, 80)}`)
}

function unknownOption(name: string, known: object): TypeError {
  return new TypeError(`files: there is no option ${name}; the options are ${Object.keys(known).join(', ')}`)
}
