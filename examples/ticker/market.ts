// The market: what its goods cost, from one moment to the next. It knows nothing of the web, nor of time or chance: both are handed in.

export interface Good {
  readonly name: string
  /** What one pays the price for. */
  readonly unit: string
  /** What it usually costs, and how wildly that moves. */
  readonly usual: number
  readonly wild: number
}

/** What everything costs at a moment, in the order of `GOODS`. */
export interface Tick {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly prices: readonly number[]
}

export const GOODS: readonly Good[] = [
  { name: 'Tea', unit: 'a tin', usual: 12.4, wild: 0.008 },
  { name: 'Lanterns', unit: 'a pair', usual: 38, wild: 0.005 },
  { name: 'Plums', unit: 'a basket', usual: 6.8, wild: 0.014 },
  { name: 'Ink', unit: 'a bottle', usual: 19.5, wild: 0.006 },
  { name: 'Firecrackers', unit: 'a string', usual: 9.9, wild: 0.021 },
  { name: 'Maps of elsewhere', unit: 'each', usual: 54, wild: 0.011 },
]

/** How strongly a price is drawn back to what is usual. */
const PULL = 0.01

export class Market {
  private prices: readonly number[]
  private readonly random: () => number

  /**
   * @param random gives numbers from 0 to below 1
   * @param prices to go on from
   */
  constructor(random: () => number, prices: readonly number[] = GOODS.map(({ usual }) => usual)) {
    this.random = random
    this.prices = prices
  }

  next(at: number): Tick {
    this.prices = GOODS.map(({ usual, wild }, good) => {
      const price = this.prices[good]
      // The sum of three is near enough to what chance does in nature.
      const chance = this.random() + this.random() + this.random() - 1.5
      return rounded(price * Math.exp(wild * chance + PULL * Math.log(usual / price)))
    })
    return { at, prices: this.prices }
  }
}

function rounded(price: number): number {
  return Math.round(price * 1000) / 1000
}
