// Which Node the command runs on. An older one would fail somewhere inside, with a message that helps nobody.

/** The oldest Node that is tested, as `engines` of package.json has it. */
const OLDEST = [22, 12] as const

/** What to tell someone whose Node is too old; null where it is not. Bun and Deno say which Node they are like. */
export function tooOld({ node = '' }: { readonly node?: string | undefined }): string | null {
  const [major = 0, minor = 0] = node.split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return null
  return `wirewright: Node ${OLDEST.join('.')} or newer is needed, and this is Node ${node || 'of an unknown version'}`
}
