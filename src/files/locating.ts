// From the names in a path to what the disk has there: a file and its compressed siblings, a folder, or a redirect to
// the path it should have. Everything that decides which file answers a path is in this file.
import { join } from 'node:path'
import { type DecodedPath, encodePath } from '../http/paths.ts'
import { type Facts, realpath, stat } from './disk.ts'
import { hiddenName, notFound, refusalOf, specialFile } from './failures.ts'
import { isCompressible, mediaTypeOf } from './media.ts'
import { judgePlace } from './opening.ts'
import type { FolderSettings } from './options.ts'
import { sameVersion } from './versions.ts'

/** A file that answers a path, as its name was looked up; it has not been opened. */
export interface LocatedFile {
  readonly kind: 'file'
  /** The name that its media type comes from. */
  readonly name: string
  readonly mediaType: string
  readonly settings: FolderSettings
  /** The file itself under `identity`, then its compressed siblings, best first. */
  readonly codings: ReadonlyMap<string, LocatedVersion>
}

export interface LocatedVersion {
  readonly path: string
  readonly facts: Facts
}

export type Located =
  | LocatedFile
  /** A folder without an index. */
  | { readonly kind: 'folder'; readonly directory: string; readonly settings: FolderSettings }
  /** The resource has another path. */
  | { readonly kind: 'redirect'; readonly location: string }

/**
 * Looks up what answers `path` below `root`.
 * @param root the root without symlinks
 * @throws Refused where nothing does, or an error of the file system
 */
export async function locate(root: string, path: DecodedPath, settings: FolderSettings): Promise<Located> {
  if (!settings.hidden && path.segments.some(isHidden)) throw hiddenName
  if (process.platform === 'darwin' && path.segments.some(isTrickOnMac)) throw notFound
  const place = join(root, ...path.segments)
  const facts = await statIfThere(place)
  if (facts?.kind === 'other') throw specialFile
  if (facts?.kind === 'file') {
    if (path.folder) throw notFound
    const clean = settings.cleanUrls ? cleanPath(path, settings) : null
    if (clean !== null && !(await isShadowed(root, clean))) return { kind: 'redirect', location: encodePath(clean) }
    return locatedFile(place, facts, settings)
  }
  if (settings.cleanUrls && !path.folder) {
    const page = await statIfThere(place + PAGE)
    if (page?.kind === 'file') return locatedFile(place + PAGE, page, settings)
  }
  if (facts === null) throw notFound
  // The links in a listing, and that a folder is there at all, must not be told of what lies outside.
  const directory = await realpath(place)
  judgePlace(root, place, directory)
  if (!path.folder) return { kind: 'redirect', location: encodePath({ segments: path.segments, folder: true }) }
  for (const name of settings.index) {
    const index = await statIfThere(join(place, name))
    if (index?.kind === 'file') return locatedFile(join(place, name), index, settings)
  }
  return { kind: 'folder', directory, settings }
}

/** Whether a second look found the same files in the same versions. */
export function sameFiles(a: LocatedFile, b: LocatedFile): boolean {
  if (a.codings.size !== b.codings.size || a.name !== b.name) return false
  for (const [coding, version] of a.codings) {
    const other = b.codings.get(coding)
    if (other === undefined || other.path !== version.path || !sameVersion(other.facts, version.facts)) return false
  }
  return true
}

/** What precompressed siblings are called, in the order in which they are preferred: smallest first as a rule. */
const SIBLINGS: readonly (readonly [coding: string, extension: string])[] = [
  ['br', '.br'],
  ['zstd', '.zst'],
  ['gzip', '.gz'],
]

const PAGE = '.html'

async function locatedFile(path: string, facts: Facts, settings: FolderSettings): Promise<LocatedFile> {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
  const mediaType = mediaTypeOf(name, settings.mediaTypes)
  const codings = new Map([['identity', { path, facts }]])
  if (settings.precompressed && isCompressible(mediaType)) {
    const found = await Promise.all(SIBLINGS.map(([, extension]) => statIfReadable(path + extension)))
    found.forEach((sibling, at) => {
      // One that is older than the file was made from a version before this one.
      if (sibling?.kind === 'file' && sibling.modified >= facts.modified)
        codings.set(SIBLINGS[at][0], { path: path + SIBLINGS[at][1], facts: sibling })
    })
  }
  return { kind: 'file', name, mediaType, settings, codings }
}

/** The path that a page should have been asked for with: without its `.html`, or its folder's if it is the index. */
function cleanPath({ segments }: DecodedPath, { index }: FolderSettings): DecodedPath | null {
  const name = segments[segments.length - 1]
  const before = segments.slice(0, -1)
  if (name === index[0]) return { segments: before, folder: true }
  if (!name.endsWith(PAGE) || name === PAGE) return null
  return { segments: [...before, name.slice(0, -PAGE.length)], folder: false }
}

/** Whether a file of its own has the clean path of a page. */
async function isShadowed(root: string, { segments, folder }: DecodedPath): Promise<boolean> {
  return !folder && (await statIfThere(join(root, ...segments)))?.kind === 'file'
}

/**
 * Whether a name hides what it names. Only names in the path count: Kubernetes mounts files as links into folders
 * whose names start with dots. `/.well-known/` is there to be asked for (RFC 8615).
 */
function isHidden(name: string, at: number): boolean {
  return name.startsWith('.') && !(at === 0 && name === '.well-known')
}

/** What macOS reads in another way: a resource fork's name, and characters that HFS+ leaves out when it compares names. */
function isTrickOnMac(name: string): boolean {
  return /^\.\.namedfork$/i.test(name) || /[\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/.test(name)
}

async function statIfThere(path: string): Promise<Facts | null> {
  try {
    return await stat(path)
  } catch (error) {
    if (refusalOf(error) === notFound) return null
    throw error
  }
}

/** A sibling is an offer: what is wrong with it is no reason to refuse the file. */
async function statIfReadable(path: string): Promise<Facts | null> {
  return stat(path).catch(() => null)
}
