// `--open`: shows the site in the browser that the person uses.
import { spawn } from 'node:child_process'

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  // `start` is a part of cmd; its first quoted argument would be a window's title.
  win32: ['cmd', '/c', 'start', '""'],
}

/** Opens the address, which must be one of our own links. `failed` is told if that cannot be done; the server goes on. */
export function openInBrowser(url: string, failed: (reason: string) => void): void {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: process.platform !== 'win32' })
  child.on('error', error =>
    failed((error as NodeJS.ErrnoException).code === 'ENOENT' ? `there is no ${command}` : error.message),
  )
  child.on('exit', code => {
    if (code !== null && code !== 0) failed(`${command} ended with code ${code}`)
  })
  child.unref()
}
