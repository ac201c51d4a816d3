// Masking (RFC 6455 section 5.3): each byte of a payload is combined with one of the four of a key.

/**
 * Masks or unmasks the bytes from `start` to `end` in place.
 * @param key the four bytes, the first one in the highest place
 * @param phase how many bytes of the payload went before
 */
export function mask(bytes: Uint8Array, start: number, end: number, key: number, phase: number): void {
  for (let at = start; at < end; at++) bytes[at] ^= key >>> (24 - 8 * ((phase + at - start) & 3))
}
