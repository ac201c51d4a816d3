export function isSecretField(name: string): boolean {
  throw new Error(`not yet ${name}`)
}
export function isSecretParameter(name: string): boolean {
  throw new Error(`not yet ${name}`)
}
/** The target with the values of secret query parameters replaced by `***`. */
export function redactTarget(target: string): string {
  throw new Error(`not yet ${target}`)
}
/** The bytes around a fault in a head, quoted and without secrets; `before` of them stand before the fault. */
export function excerpt(around: Uint8Array, before: number): string {
  throw new Error(`not yet ${around} ${before}`)
}
