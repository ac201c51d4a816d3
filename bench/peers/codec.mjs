// A codec of Node's alone: compresses pages one after the other, and says what it cost. usage: node codec.mjs CODING LEVEL SECONDS
import zlib from 'node:zlib'
import { page } from '../page.ts'

const [coding, level, seconds] = process.argv.slice(2)
const { BROTLI_PARAM_QUALITY, ZSTD_c_compressionLevel } = zlib.constants
const CODECS = {
  gzip: bytes => zlib.gzipSync(bytes, { level: Number(level) }),
  br: bytes => zlib.brotliCompressSync(bytes, { params: { [BROTLI_PARAM_QUALITY]: Number(level) } }),
  zstd: bytes => zlib.zstdCompressSync(bytes, { params: { [ZSTD_c_compressionLevel]: Number(level) } }),
}
const compress = CODECS[coding]
const pages = Array.from({ length: 64 }, (_, number) => Buffer.from(page(number)))

during(Number(seconds) / 2)
const before = process.cpuUsage()
const began = performance.now()
const count = during(Number(seconds))
const took = (performance.now() - began) / 1000
const { user, system } = process.cpuUsage(before)
const size = compress(pages[0]).length
const memory = process.resourceUsage().maxRSS * 1024
console.log(JSON.stringify({ pages: count, microseconds: user + system, seconds: took, size, memory }))

function during(time) {
  const end = performance.now() + time * 1000
  let done = 0
  for (; performance.now() < end; done++) compress(pages[done % pages.length])
  return done
}
