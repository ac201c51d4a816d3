// What is sent compressed: five kinds of data, as large as those that the cases were made with, and like them for a compressor. Made
// here, always the same.

export interface Sample {
  readonly name: string
  readonly text: boolean
  /** So many bytes from there on, round and round. */
  piece(at: number, size: number): Uint8Array
}

/** Always the same numbers, below the bound. */
function dice(seed: number): (bound: number) => number {
  let state = seed
  return bound => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  }
}

const WORDS =
  'der die und in den von zu das mit sich des auf ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem einen so zum war haben nur oder aber vor zur bis mehr durch man dann soll Geist Welt Nacht Licht Herz Natur Wort Kraft Himmel Erde'.split(
    ' ',
  )

function prose(size: number, seed: number): string {
  const throws = dice(seed)
  let text = ''
  while (text.length < size) {
    const words = Array.from(
      { length: 4 + throws(8) },
      () => WORDS[Math.min(throws(WORDS.length), throws(WORDS.length))],
    )
    text += `${words.join(' ')}${',.;!\n'[throws(5)]}\n`
  }
  return text.slice(0, size)
}

function json(size: number): string {
  const throws = dice(1)
  const rows: string[] = []
  for (let length = 0; length < size; length += rows.at(-1)?.length ?? 0) {
    const name = prose(30, throws(1000)).replaceAll('\n', ' ')
    rows.push(
      JSON.stringify({
        id: rows.length,
        name,
        price: throws(100_000) / 100,
        tags: [WORDS[throws(20)]],
        on: throws(2) > 0,
      }),
    )
  }
  return `[${rows.join(',')}]`.slice(0, size)
}

function html(size: number): string {
  const throws = dice(2)
  let text = '<!doctype html><title>Many rows</title>\n'
  while (text.length < size)
    text += `<tr class="row-${throws(2)}"><td><a href="/${WORDS[throws(50)]}/${throws(1000)}">${prose(40, throws(500))}</a></td></tr>\n`
  return text.slice(0, size)
}

/** Grey values that change little from one to the next. */
function picture(size: number): Buffer {
  const throws = dice(3)
  const bytes = Buffer.alloc(size)
  let grey = 128
  for (let i = 0; i < size; i++) {
    grey = Math.max(0, Math.min(255, grey + throws(7) - 3))
    bytes[i] = grey
  }
  return bytes
}

/** What is compressed already, with some text in between. */
function document(size: number): Buffer {
  const throws = dice(4)
  const bytes = Buffer.alloc(size)
  for (let i = 0; i < size; i++) bytes[i] = throws(256)
  for (let at = 0; at + 400 < size; at += 4000) bytes.write(prose(400, at), at, 'latin1')
  return bytes
}

function sample(name: string, text: boolean, make: () => string | Buffer): Sample {
  let bytes: Buffer | null = null
  return {
    name,
    text,
    piece(at, size) {
      bytes ??= Buffer.from(make())
      const start = at % bytes.length
      if (start + size <= bytes.length) return bytes.subarray(start, start + size)
      return Buffer.concat([bytes.subarray(start), bytes.subarray(0, start + size - bytes.length)])
    },
  }
}

export const SAMPLES: readonly Sample[] = [
  sample('JSON', true, () => json(194_056)),
  sample('a picture', false, () => picture(263_222)),
  sample('prose', false, () => prose(222_218, 5)),
  sample('HTML', true, () => html(263_527)),
  sample('a document', false, () => document(1_042_328)),
]
