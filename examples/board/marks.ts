// What is drawn: marks, each a few points of one line. A mark is bytes, as they come from a page and go to all others:
//
//   kind(1) author(2) line(2) colour(1) width(1) points(4 each: x, y)       numbers little-endian, places from 0 to 65535
//
// A mark of the kind LINE is drawn by itself: its first point is the last of the mark before. Whoever comes later gets all marks.

export const LINE = 1
/** Takes back the author's line of that number. */
export const UNDO = 2
/** An empty sheet for everybody. */
export const CLEAR = 3
/** Where the author's pen is; not kept. */
export const PEN = 4

export const COLOURS = 8
export const WIDTHS = 24
/** A page sends what was drawn since the last frame of its screen: this is far more. */
export const MOST_POINTS = 256

const HEAD = 7
const POINT = 4

/** Bytes of marks that are kept. A full sheet loses its oldest marks. */
export const MOST_KEPT = 2 * 1024 * 1024

/** Whether a page may send this: the author is written by the server. */
export function isMark(bytes: Uint8Array): boolean {
  if (bytes.length < HEAD) return false
  const points = (bytes.length - HEAD) / POINT
  if (bytes[0] === UNDO || bytes[0] === CLEAR) return points === 0
  if (bytes[0] === PEN) return points === 1
  if (bytes[0] !== LINE || bytes[5] >= COLOURS || bytes[6] < 1 || bytes[6] > WIDTHS) return false
  return Number.isInteger(points) && points >= 1 && points <= MOST_POINTS
}

/** The mark with its author's number in it. */
export function by(author: number, mark: Uint8Array): Uint8Array {
  const signed = Uint8Array.from(mark)
  new DataView(signed.buffer).setUint16(1, author, true)
  return signed
}

/** The sheet as it is now. */
export class Sheet {
  private marks: Uint8Array[] = []
  private size = 0
  private readonly most: number

  constructor(most: number = MOST_KEPT) {
    this.most = most
  }

  /** Takes a signed mark. */
  add(mark: Uint8Array): void {
    if (mark[0] === CLEAR) this.keep([])
    else if (mark[0] === UNDO) this.keep(this.marks.filter(other => !isSameLine(mark, other)))
    else if (mark[0] === LINE) {
      this.marks.push(mark)
      this.size += mark.length
      // A tenth at a time: one by one would copy the list for each mark.
      if (this.size > this.most) this.keep(this.marks.slice(Math.ceil(this.marks.length / 10)))
    }
  }

  /** All marks, each behind its length in two bytes. */
  get whole(): Uint8Array {
    const whole = new Uint8Array(this.size + 2 * this.marks.length)
    const view = new DataView(whole.buffer)
    let at = 0
    for (const mark of this.marks) {
      view.setUint16(at, mark.length, true)
      whole.set(mark, at + 2)
      at += 2 + mark.length
    }
    return whole
  }

  private keep(marks: Uint8Array[]): void {
    this.marks = marks
    this.size = marks.reduce((sum, { length }) => sum + length, 0)
  }
}

function isSameLine(one: Uint8Array, other: Uint8Array): boolean {
  return one[1] === other[1] && one[2] === other[2] && one[3] === other[3] && one[4] === other[4]
}
