// Numbers as frames have them: big-endian (RFC 9113 section 2.2).

/** 31 bits; the reserved one is ignored. */
export function uint31(bytes: Uint8Array, at: number): number {
  return ((bytes[at] & 0x7f) << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
}

export function uint32(bytes: Uint8Array, at: number): number {
  return uint31(bytes, at) + (bytes[at] >= 0x80 ? 2 ** 31 : 0)
}
