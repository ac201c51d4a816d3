// Fields from several places in one reply.
import { FieldList } from '../../http/fields.ts'

/** All lists as one, where a field of a later list takes the place of an earlier list's. */
export function overlaid(...lists: readonly FieldList[]): FieldList {
  return lists.reduce((all, list) => {
    for (const [name] of list) all = all.without(name)
    return all.concat(list)
  }, FieldList.empty)
}
