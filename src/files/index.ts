// A folder on disk as a handler.
import { resolve } from 'node:path'
import { kindNow } from './disk.ts'
import { type FilesHandler, filesHandler } from './handler.ts'
import { directoryListing } from './listing/index.ts'
import type { FilesOptions, FolderOptions } from './options.ts'

export { FileChanged } from './failures.ts'
export type { SendOptions } from './handing-out.ts'
export type { FilesHandler, FilesStats } from './handler.ts'
export { type DirectoryListing, directoryListing, type ListingOptions, TemplateError } from './listing/index.ts'
export { type LiveOptions, type LiveReload, liveReload } from './live/index.ts'
export type { CacheOptions, FilesClock, FilesOptions, FolderOptions, ListedFolder, Listing } from './options.ts'
export { type ErrorPagesOptions, errorPages } from './pages/index.ts'
export type { HeaderRule, RedirectRule } from './rules.ts'

/**
 * Serves the files below `root` to GET and HEAD, as RFC 9110 has it: conditions, ranges, precompressed siblings. A file
 * that changes is served in its old version as a whole or in its new one, and in the new one at most 100 ms later.
 * @param root the folder; relative to the working directory. A symbolic link is followed anew each time.
 * @throws TypeError for an option that is wrong, or a root that is no folder
 */
export function files(root: string, options: FilesOptions = {}): FilesHandler {
  if (typeof root !== 'string' || root === '')
    throw new TypeError('files: the document root must be the path of a folder')
  const folder = resolve(root)
  let kind: string
  try {
    kind = kindNow(folder)
  } catch (error) {
    throw rootIs(folder, `cannot be read: ${(error as NodeJS.ErrnoException).code}`)
  }
  if (kind !== 'folder') throw rootIs(folder, 'is no folder')
  return filesHandler(folder, withListings(options, folder))
}

/** The options with the usual listing where they say `listing: true`. */
function withListings(options: FilesOptions, root: string): FilesOptions {
  const listing = directoryListing({ root })
  const listed = <Options extends FolderOptions>(own: Options): Options =>
    own?.listing === true ? { ...own, listing } : own
  const { folders } = options
  if (typeof folders !== 'object' || folders === null) return listed(options)
  return {
    ...listed(options),
    folders: Object.fromEntries(Object.entries(folders).map(([at, own]) => [at, listed(own)])),
  }
}

function rootIs(folder: string, problem: string): TypeError {
  return new TypeError(`files: the document root ${folder} ${problem}`)
}
