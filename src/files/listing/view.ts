// What a listing shows, whatever its form: one page of a folder's entries in the order that was asked for.
import { Gate } from './gate.ts'
import { compareBy, type Order, orderOf, sorted } from './order.ts'
import { type Disk, disk, type Entry, fill, type Scan, scan } from './scan.ts'

export interface View {
  /** The folder's path below the document root, decoded; starts and ends with a slash. */
  readonly path: string
  /** The folder's path as clients see it, decoded: where the root is mounted below a prefix, that comes first. */
  readonly wholePath: string
  readonly title: string
  readonly entries: readonly Entry[]
  readonly folders: number
  readonly files: number
  readonly order: Order
  /** Of the entries, how many come before this page's first. */
  readonly before: number
  readonly page: number
  readonly pages: number
  readonly pageSize: number
  readonly unnamable: number
  readonly cut: boolean
}

export interface Wanted {
  readonly root: string
  readonly directory: string
  readonly path: string
  readonly wholePath: string
  readonly title: string
  readonly pageSize: number
  readonly wanted: (name: string) => boolean
  readonly query: URLSearchParams
}

/** Folders looked at together: each may take some 50 MB while it is read and sorted. */
const WIDTH = 4

/** Looks at folders. Requests for the same folder in the same order share one look, so that a huge folder is not read by each of many at the same time. */
export class Viewer {
  private readonly disk: Disk
  private readonly gate = new Gate(WIDTH)
  private readonly underWay = new Map<string, Promise<Scan>>()

  constructor(from: Disk = disk) {
    this.disk = from
  }

  /** @throws what opening the folder throws */
  async view(
    { root, directory, path, wholePath, title, pageSize, wanted, query }: Wanted,
    hidden: boolean,
  ): Promise<View> {
    const order = orderOf(query)
    const key = JSON.stringify([directory, path, hidden, order.column, order.direction])
    const { entries, unnamable, cut } = await this.shared(key, () => this.look(root, directory, wanted, order))
    const pages = Math.max(1, Math.ceil(entries.length / pageSize))
    const page = Math.min(pages, pageOf(query))
    const before = (page - 1) * pageSize
    const shown = entries.slice(before, before + pageSize)
    const folders = entries.reduce((count, entry) => count + (entry.folder ? 1 : 0), 0)
    return {
      path,
      wholePath,
      title,
      entries: order.column === 'name' ? await fill(shown, directory, this.disk) : shown,
      folders,
      files: entries.length - folders,
      order,
      before,
      page,
      pages,
      pageSize,
      unnamable,
      cut,
    }
  }

  private async look(root: string, directory: string, wanted: (name: string) => boolean, order: Order): Promise<Scan> {
    const found = await scan({ root, directory, wanted }, this.disk)
    // Names can be put in order before anything is known of the files; sizes and dates of all are needed to find the first.
    const entries = order.column === 'name' ? found.entries : await fill(found.entries, directory, this.disk)
    return { ...found, entries: await sorted(entries, compareBy(order)) }
  }

  private shared(key: string, look: () => Promise<Scan>): Promise<Scan> {
    let promise = this.underWay.get(key)
    if (promise === undefined) {
      promise = this.gate.through(look).finally(() => this.underWay.delete(key))
      this.underWay.set(key, promise)
    }
    return promise
  }
}

/** The page that a query asks for, from 1; 1 where it asks for what is no page. */
function pageOf(query: URLSearchParams): number {
  const page = query.get('page') ?? '1'
  return /^[1-9][0-9]{0,8}$/.test(page) ? Number(page) : 1
}
