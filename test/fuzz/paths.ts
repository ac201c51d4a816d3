// A path of any bytes is refused or gives names that, joined to a root, stay under it.
import assert from 'node:assert/strict'
import { posix, win32 } from 'node:path'
import { decodePath, encodePath } from '../../src/http/paths.ts'
import { bytesOf, latin1 } from '../support/latin1.ts'

export default {
  name: 'paths',
  seeds: ['/a/b.txt', '/a/../b/./c/', '/%2e%2e/%2f', '/%E2%82%AC', '/a\\..\\b', '/%C0%AE', '/con', '/GIT~1/x. '].map(
    bytesOf,
  ),
  run(bytes: Uint8Array): void {
    for (const windows of [false, true]) {
      const decoded = decodePath(latin1(bytes), windows)
      if (typeof decoded === 'string') continue
      for (const name of decoded.segments) {
        assert(name !== '' && name !== '.' && name !== '..')
        for (const char of name) assert(char >= ' ' && !'/\\\x7f'.includes(char))
      }
      assert.deepEqual(decodePath(encodePath(decoded), windows), decoded)
      assert(`${posix.join('/root', ...decoded.segments)}/`.startsWith('/root/'))
      if (windows) assert(`${win32.join('C:\\root', ...decoded.segments)}\\`.startsWith('C:\\root\\'))
    }
  },
}
