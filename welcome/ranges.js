// Asks for a range of bytes.bin and shows both sides of the exchange, with the bytes in hexadecimal.
const form = document.querySelector('.asker')
const output = form.querySelector('pre')
const from = form.querySelector('#from')
const to = form.querySelector('#to')
const path = '/files/bytes.bin'

/** More bytes than this are only counted. */
const SHOWN = 512

form.hidden = false
form.addEventListener('submit', event => {
  event.preventDefault()
  ask(`bytes=${Number(from.value)}-${Number(to.value)}`)
})
ask('bytes=65-90')

async function ask(range) {
  try {
    const response = await fetch(path, { headers: { Range: range }, cache: 'no-store' })
    const bytes = new Uint8Array(await response.arrayBuffer())
    const fields = ['content-range', 'content-length', 'accept-ranges']
      .filter(name => response.headers.has(name))
      .map(name => `${name}: ${response.headers.get(name)}`)
    const reply = [`HTTP/1.1 ${response.status} ${response.statusText}`, ...fields].join('\n')
    const content = response.status === 206 ? dump(bytes, firstByte(response)) : `${bytes.length} bytes of content`
    output.textContent = `GET ${path} HTTP/1.1\nRange: ${range}\n\n${reply}\n\n${content}`
  } catch (error) {
    output.textContent = `The request failed: ${error.message}`
  }
}

function firstByte(response) {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range'))?.[1] ?? 0)
}

function dump(bytes, offset) {
  const lines = []
  for (let at = 0; at < Math.min(bytes.length, SHOWN); at += 16) {
    const row = bytes.subarray(at, at + 16)
    const hex = Array.from(row, byte => byte.toString(16).padStart(2, '0')).join(' ')
    const text = Array.from(row, byte => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '·')).join('')
    lines.push(`${String(offset + at).padStart(6)}  ${hex.padEnd(47)}  ${text}`)
  }
  if (bytes.length > SHOWN) lines.push(`… and ${bytes.length - SHOWN} more`)
  return lines.join('\n')
}
