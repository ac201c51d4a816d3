// Compression (RFC 9110 sections 8.4 and 12.5.3): of replies, and of what clients send.
export type { Coding } from './codings.ts'
export { compressed, compressedRefusals, compression, type RepliedTo, uncompressed } from './compression.ts'
export { type Decompressing, type DecompressionOptions, decompression } from './decompression.ts'
export type { CompressionOptions } from './options.ts'
