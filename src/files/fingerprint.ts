// A short text that differs where the given text differs: for names of versions. It hides nothing: it is no cryptographic
// hash, because loading those takes longer than all the rest of a server's start.

/** 128 bits as 25 digits of base 36, at most: four multiplicative mixers (as in MurmurHash3) over the characters. */
export function fingerprint(text: string): string {
  const lanes = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    for (let lane = 0; lane < 4; lane++) {
      const mixed = Math.imul(lanes[lane] ^ code, MULTIPLIERS[lane])
      lanes[lane] = (mixed << 13) | (mixed >>> 19)
    }
  }
  return lanes.map(lane => finished(lane).toString(36)).join('')
}

const MULTIPLIERS = [0xcc9e2d51, 0x1b873593, 0x85ebca6b, 0xc2b2ae35]

/** Spreads each bit over all of the word. */
function finished(lane: number): number {
  let word = lane ^ (lane >>> 16)
  word = Math.imul(word, 0x85ebca6b)
  word ^= word >>> 13
  word = Math.imul(word, 0xc2b2ae35)
  return (word ^ (word >>> 16)) >>> 0
}
