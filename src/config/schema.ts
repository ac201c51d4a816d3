// The schema, made of the table with zod: it judges what stands in a file and prints itself for editors. Only this file
// knows zod, and it is loaded only for a file or for `wirewright config --schema`: zod takes 40 ms to load, half of
// what a start may cost. Values out of flags and variables are proven while they are read; a test holds the two together.
import * as z from 'zod'
import { about, HOST_KEYS, KEYS, type Key } from './options.ts'
import { HEADER_LINE, REDIRECT_LINE } from './read.ts'
import type { Option, Shape } from './shapes.ts'

const redirect = z.strictObject({
  from: z.string().regex(/^\/\S*$/),
  to: z.string().regex(/^[\x21-\x7e]+$/),
  status: z.literal([301, 302, 303, 307, 308]).default(302),
})

const headerRule = z.strictObject({
  for: z.string().regex(/^\/\S*$/),
  set: z.record(
    z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/),
    z
      .string()
      .regex(/^[\t\x20-\x7e\x80-\xff]*$/)
      .nullable(),
  ),
})

const MAKERS: { readonly [T in Shape['type']]: (shape: Extract<Shape, { type: T }>) => z.ZodType } = {
  flag: () => z.boolean(),
  number: ({ min, max, whole }) => (whole ? z.int() : z.number()).min(min).max(max),
  text: () => z.string(),
  path: () => z.string().min(1),
  choice: ({ of }) => z.enum(of as [string, ...string[]]),
  port: () => z.union([z.int().min(0).max(65_535), z.literal('auto')]),
  list: () => z.array(z.string().min(1)),
  redirects: () => z.array(z.union([redirect, z.string().regex(REDIRECT_LINE)])),
  headers: () => z.array(z.union([headerRule, z.string().regex(HEADER_LINE)])),
}

const checks = new Map<Key, z.ZodType>()

/** Whether the value may stand in the option. */
export function fits(key: Key, value: unknown): boolean {
  let check = checks.get(key)
  if (check === undefined) {
    check = checkOf(about(key))
    checks.set(key, check)
  }
  return check.safeParse(value).success
}

/** The JSON Schema (draft 2020-12) of a configuration file. */
export function jsonSchema(): object {
  const properties: Record<string, z.ZodType> = { $schema: z.string().optional() }
  for (const key of KEYS) {
    const option = about(key)
    const described = { description: option.help, ...(option.secret ? {} : { default: option.initial }) }
    properties[key] = written(option).optional().meta(described)
    for (const alias of option.aliases ?? [])
      properties[alias] = written(option)
        .optional()
        .meta({ description: `Older name of ${key}`, deprecated: true })
  }
  properties.hosts = z
    .array(hostSchema())
    .optional()
    .meta({ description: 'Several hosts; what they do not say stands beside' })
  const schema = z.strictObject(properties).meta({ title: 'Wirewright’s configuration' })
  return z.toJSONSchema(schema, { io: 'input', override: ({ jsonSchema: node }) => void withoutSafeIntegers(node) })
}

/** One of several hosts: its names, its ports, and the options it may have of its own. */
function hostSchema(): z.ZodType {
  const name = z.string().min(1)
  const port = z.int().min(0).max(65_535)
  const properties: Record<string, z.ZodType> = {
    names: z
      .union([z.array(name).min(1), name])
      .meta({ description: 'a.example, *.b.example, or * for the default host' }),
    port: z
      .union([z.array(port).min(1), port])
      .optional()
      .meta({ description: 'where it is served, if not at the port of all' }),
  }
  for (const key of HOST_KEYS)
    properties[key] = written(about(key))
      .optional()
      .meta({ description: about(key).help })
  return z.strictObject(properties)
}

function checkOf(option: Option<unknown>): z.ZodType {
  const check = MAKERS[option.shape.type](option.shape as never)
  return option.nullable ? check.nullable() : check
}

/** As an editor should take it: with the short form of a list, which is one text. */
function written(option: Option<unknown>): z.ZodType {
  return option.shape.type === 'list' ? z.union([checkOf(option), z.string().min(1)]) : checkOf(option)
}

/** Leaves out bounds that only say what JSON numbers can hold. */
function withoutSafeIntegers(node: { minimum?: number; maximum?: number }): void {
  if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum
  if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum
}
