// A listing for programs. The members' names are part of what Wirewright promises: they may grow in number, not change.
import type { View } from './view.ts'
import { isoDate } from './wording.ts'

export function listingJson(view: View): string {
  const { wholePath, entries, folders, files, order, page, pages, pageSize, unnamable, cut } = view
  return `${JSON.stringify({
    path: wholePath,
    total: folders + files,
    page,
    pages,
    pageSize,
    sort: order.column,
    order: order.direction,
    /** True where the folder holds more than could be read. */
    truncated: cut,
    /** How many entries no address leads to, because their names are not UTF-8. */
    unnamable,
    entries: entries.map(({ name, folder, href, size, modified }) => ({
      name,
      type: folder ? 'folder' : 'file',
      href,
      size,
      modified: modified === null ? null : isoDate(modified),
    })),
  })}\n`
}
