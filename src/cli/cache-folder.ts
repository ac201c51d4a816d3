// The folder for what can be made again: the development certificate, compiled code.
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the system wants programs to keep what they can make again. */
export function cacheFolder(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  home: string = homedir(),
): string {
  if (platform === 'win32')
    return join(environment.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'wirewright', 'cache')
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'wirewright')
  return join(environment.XDG_CACHE_HOME || join(home, '.cache'), 'wirewright')
}
