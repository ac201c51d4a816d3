// `Response`, `Request` and `fetch` of the whole program, once an application with `fetch` is served: they do what they did, and
// know light requests and responses besides. A light one has none of the platform's private fields, so `new Request(request)` and
// `fetch(request)` would refuse it; and a `Response` of text is made light.
//
// The classes keep their name, their prototype and their static members: `instanceof` says of any object what it said before, and
// they can be extended as ever.
import { noteDecoded } from './decoded.ts'
import { LightRequest } from './light-request.ts'
import { lightResponse } from './light-response.ts'
import { type Natives, natives } from './natives.ts'

let lent = false

/** Puts them into their places, the first time that it is called. Where a global cannot be changed, it is left alone. */
export function lendGlobals(): void {
  if (lent) return
  lent = true
  const platform = natives()
  put('Request', requestClass(platform))
  put('Response', responseClass(platform))
  put('fetch', fetchFunction(platform))
}

// Constructors that take a class's place are functions: their prototype can be the class's own.
type Constructing = (this: unknown, ...args: unknown[]) => unknown

function requestClass({ Request: Native }: Natives): Constructing {
  const Request: Constructing = function (...args): unknown {
    if (new.target === undefined) throw notCalled('Request')
    if (args.length > 0) args[0] = LightRequest.real(args[0])
    return Reflect.construct(Native, args, new.target === Request ? Native : new.target)
  }
  return likeClass(Request, Native)
}

function responseClass({ Response: Native }: Natives): Constructing {
  const Response: Constructing = function (body, init): unknown {
    if (new.target === undefined) throw notCalled('Response')
    const light = new.target === Response ? lightResponse(body, init) : null
    return light ?? Reflect.construct(Native, [body, init], new.target === Response ? Native : new.target)
  }
  const json = (data: unknown, init?: ResponseInit): unknown => {
    const text: string | undefined = JSON.stringify(data)
    const light = text === undefined ? null : lightResponse(text, init, 'application/json')
    return light ?? Native.json(data, init)
  }
  // Some platforms have a `json` that cannot be replaced once it is there.
  return likeClass(Response, Native, {
    json: { value: shaped(json, Native.json), writable: true, configurable: true, enumerable: true },
  })
}

function fetchFunction({ fetch: native }: Natives): (...args: unknown[]) => Promise<Response> {
  const fetch = (...args: unknown[]): Promise<Response> => {
    if (args.length > 0) args[0] = LightRequest.real(args[0])
    return (native as (...args: unknown[]) => Promise<Response>)(...args).then(noteDecoded)
  }
  return shaped(fetch, native)
}

/** Gives a constructor the name, prototype and static members of a class, but for those that it has of its own. */
function likeClass(
  made: Constructing,
  native: { readonly prototype: object },
  own: PropertyDescriptorMap = {},
): Constructing {
  const { prototype, ...members } = Object.getOwnPropertyDescriptors(native) as Record<string, PropertyDescriptor>
  Object.defineProperty(made, 'prototype', { ...prototype, value: native.prototype })
  Object.defineProperties(made, { ...members, ...own })
  Object.defineProperty(native.prototype, 'constructor', { value: made, writable: true, configurable: true })
  return made
}

/** Gives a function the name and length of another. */
function shaped<Shaped extends object>(made: Shaped, like: { readonly name: string; readonly length: number }): Shaped {
  return Object.defineProperties(made, {
    name: { value: like.name, configurable: true },
    length: { value: like.length, configurable: true },
  })
}

function put(name: keyof Natives, value: unknown): void {
  const { enumerable = false } = Object.getOwnPropertyDescriptor(globalThis, name) ?? {}
  Reflect.defineProperty(globalThis, name, { value, enumerable, writable: true, configurable: true })
}

function notCalled(name: string): TypeError {
  return new TypeError(`Class constructor ${name} cannot be invoked without 'new'`)
}
