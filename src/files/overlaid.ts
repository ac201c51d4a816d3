// Fields from several places in one reply.
import { FieldList } from '../http/fields.ts'

/** All lists as one, where a field of a later list takes the place of an earlier list's; only Vary adds up. */
export function overlaid(...lists: readonly FieldList[]): FieldList {
  return lists.reduce((all, list) => all.overlaidWith(list), FieldList.empty)
}
