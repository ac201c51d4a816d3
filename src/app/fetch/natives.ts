// The platform's own Request, Response and Headers, and how a light class takes their place: it stands before the platform's
// prototype, so that `instanceof` holds, and hands what it does not know to a real object. Looked up when the first
// application with `fetch` is adapted, since the platform loads them no earlier either.

export interface Natives {
  readonly Request: typeof Request
  readonly Response: typeof Response
  readonly Headers: typeof Headers
  readonly fetch: typeof fetch
}

let known: Natives | null = null

/** What the globals were when they were first asked for: globals.ts must not have changed them before. */
export function natives(): Natives {
  known ??= {
    Request: globalThis.Request,
    Response: globalThis.Response,
    Headers: globalThis.Headers,
    fetch: globalThis.fetch,
  }
  return known
}

/**
 * Puts a light class before the platform's. Members that it has not got (there are new ones now and then) are those of the real
 * object.
 */
export function standBefore<Light extends object>(
  light: { readonly prototype: Light },
  native: { readonly prototype: object },
  real: (light: Light) => object,
): void {
  const { prototype } = light
  if (Object.getPrototypeOf(prototype) === native.prototype) return
  for (const key of Reflect.ownKeys(native.prototype)) {
    const descriptor = Object.getOwnPropertyDescriptor(native.prototype, key)
    if (key === 'constructor' || descriptor === undefined || Object.hasOwn(prototype, key)) continue
    const { value, get } = descriptor
    if (typeof value === 'function') descriptor.value = forwarding(value, real)
    else if (get !== undefined) descriptor.get = forwarding(get, real)
    else continue
    Object.defineProperty(prototype, key, descriptor)
  }
  // Both are of the class that a program knows.
  Reflect.deleteProperty(prototype, 'constructor')
  Object.setPrototypeOf(prototype, native.prototype)
}

function forwarding<Light extends object>(
  method: (...args: unknown[]) => unknown,
  real: (light: Light) => object,
): (this: Light, ...args: unknown[]) => unknown {
  return function (...args) {
    return method.apply(real(this), args)
  }
}

/** The members of a light class are listed like the platform's own. */
export function enumerable(prototype: object): void {
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype)))
    if (key !== 'constructor') Object.defineProperty(prototype, key, { ...descriptor, enumerable: true })
}

/** What the platform says of content that was read before. */
export function unusable(): TypeError {
  return new TypeError('Body is unusable: Body has already been read')
}

const decoder = new TextDecoder()

/** UTF-8 as Web standards read it: without the mark at its beginning, and with U+FFFD for what is none. */
export function decoded(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** Bytes in memory of their own, and nothing else in it. */
export function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  return (
    bytes.byteLength === bytes.buffer.byteLength
      ? bytes.buffer
      : bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  ) as ArrayBuffer
}
