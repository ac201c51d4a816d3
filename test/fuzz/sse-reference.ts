// Reads a whole stream of events as the standard's text says it (WHATWG HTML section 9.2.6), with no thought of pieces or speed.

export interface Read {
  readonly events: readonly { readonly type: string; readonly data: string; readonly lastEventId: string }[]
  readonly lastEventId: string
  readonly retry: number | undefined
}

export function readWhole(bytes: Uint8Array): Read {
  // Takes one byte order mark away, and makes U+FFFD of what is no UTF-8.
  const stream = new TextDecoder().decode(bytes)
  const lines = stream.split(/\r\n|\n|\r/)
  // What no line end follows is not a line.
  lines.pop()
  const events: { type: string; data: string; lastEventId: string }[] = []
  let [dataBuffer, typeBuffer, idBuffer, lastEventId] = ['', '', '', '']
  let retry: number | undefined
  for (const line of lines) {
    if (line === '') {
      lastEventId = idBuffer
      if (dataBuffer !== '') {
        const data = dataBuffer.endsWith('\n') ? dataBuffer.slice(0, -1) : dataBuffer
        events.push({ type: typeBuffer || 'message', data, lastEventId })
      }
      dataBuffer = ''
      typeBuffer = ''
      continue
    }
    const [, field, value] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? []
    if (field === 'data') dataBuffer += `${value ?? ''}\n`
    if (field === 'event') typeBuffer = value ?? ''
    if (field === 'id' && !value?.includes('\0')) idBuffer = value ?? ''
    if (field === 'retry' && /^[0-9]+$/.test(value ?? '')) retry = Math.min(Number(value), Number.MAX_SAFE_INTEGER)
  }
  return { events, lastEventId, retry }
}
