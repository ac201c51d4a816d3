// A page of 20 KB as a shop would make it: markup that repeats itself around words and figures that do not. Each one is another,
// by its number, so that nobody can keep what was made of the last one.

const WORDS =
  'amber basket copper dahlia ember feather garnet harbour indigo juniper kettle lantern marble nutmeg orchard pebble quartz ribbon saddle timber umbrella velvet walnut yarrow zephyr'.split(
    ' ',
  )
const SIZE = 20_000

/** The number in a heading at the top, where it changes what a codec makes of everything behind it, and in a link at the end. */
export function page(number: number): string {
  return `${HEAD}<h1>Order ${number}</h1>${ROWS}<a href="/orders/${number + 1}">Next</a></main></body></html>`
}

const HEAD =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Orders</title><link rel="stylesheet" href="/style.css"></head><body><header><nav><a href="/">Home</a> <a href="/orders">Orders</a></nav></header><main>'
const ROWS = rows()

function rows(): string {
  // Always the same ones: a linear congruential generator.
  let state = 1
  const upTo = (limit: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  let made = ''
  for (let i = 0; made.length < SIZE - HEAD.length; i++) {
    const name = `${WORDS[upTo(WORDS.length)]} ${WORDS[upTo(WORDS.length)]}`
    const price = `${upTo(200)}.${upTo(90) + 10}`
    const text = Array.from({ length: 8 }, () => WORDS[upTo(WORDS.length)]).join(' ')
    made += `<article class="item" id="item-${upTo(1e6)}"><h2><a href="/items/${i}">${name}</a></h2><p class="text">${text}</p><span class="price">${price}</span></article>\n`
  }
  return made
}
