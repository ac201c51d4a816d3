// Builds what is published: `dist/`, from `src/`. Declarations are TypeScript's; the code is joined into few files, because
// Node needs about half a millisecond for each one that it loads, which was most of the command's start. Classes are
// shared by all entries, however they are combined: nothing is in two files.
import { spawnSync } from 'node:child_process'
import { chmodSync, globSync, rmSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const source = join(root, 'src')
const target = join(root, 'dist')
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')

/** What can be imported by name, or run: the toolboxes file by file, the rooms by their index, middleware by each folder's. */
const entries = globSync(
  [
    'index.ts',
    'cli/main.ts',
    '{exchange,h1,hpack,h2,websocket,sse,transport,server,files}/index.ts',
    'middleware/*/index.ts',
    '{bytes,http}/*.ts',
  ],
  { cwd: source },
)

/** What is always loaded together is one file; the rest is split where it is loaded lazily. */
const groups = [
  { name: 'wire', test: /[\\/]src[\\/](bytes|http|exchange|h1|hpack|h2|websocket|transport|server)[\\/]/ },
  { name: 'files', test: /[\\/]src[\\/]files[\\/]/ },
]

// A file that was renamed must not live on in the package.
rmSync(target, { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--emitDeclarationOnly'], {
  cwd: root,
  stdio: 'inherit',
})
if (status === 0) {
  const bundle = await rolldown({
    input: Object.fromEntries(
      entries.map(file => [file.replace(/\.ts$/, '').replaceAll(sep, '/'), join(source, file)]),
    ),
    platform: 'node',
    // Packages stay packages.
    external: /^[^./]/,
  })
  await bundle.write({
    dir: target,
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'parts/[name].js',
    codeSplitting: { groups },
  })
  await bundle.close()
  chmodSync(join(target, 'cli', 'main.js'), 0o755)
}
process.exitCode = status ?? 1
