/** The data of the event of this number: about 100 bytes, with a mark at the end by which a client counts. */
export function tick(number: number): string {
  return `tick ${number} ${'.'.repeat(80)}|`
}

/** The same as a whole event, with its id. */
export function tickEvent(number: number): string {
  return `id: ${number}\ndata: ${tick(number)}\n\n`
}
