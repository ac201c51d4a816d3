// A folder as a user's project is: `wirewright` and this project's packages can be imported by name. The package's subpaths
// lead to the sources, so that nothing need be built.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface UserProject extends Disposable {
  readonly path: string
  write(name: string, text: string): string
  /** What the compiler says of the files in the project, and of no others. Empty where all is well. */
  complaints(): Promise<string[]>
}

export function userProject(): UserProject {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'wirewright-project-')))
  const modules = join(path, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  linkSources(join(modules, 'wirewright'))
  const project: UserProject = {
    path,
    write(name, text) {
      const file = join(path, name)
      mkdirSync(join(file, '..'), { recursive: true })
      writeFileSync(file, text)
      return file
    },
    async complaints() {
      const { code, stdout } = await run(process.execPath, [TSC, '-p', 'tsconfig.json', '--pretty', 'false'], {
        cwd: path,
      })
      const lines = stdout.toString().split('\n')
      // Where a source is wrong, that is told by the check of the sources.
      const own = lines.filter(line => line !== '' && !/^(\.\.\/|\s)/.test(line))
      return code === 0 ? [] : own
    },
    [Symbol.dispose]() {
      rmSync(path, { recursive: true, force: true })
    },
  }
  project.write('package.json', '{ "type": "module" }\n')
  project.write('tsconfig.json', JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ['**/*.ts'] }))
  return project
}

const TSC = join(root, 'node_modules/typescript/bin/tsc')

const COMPILER_OPTIONS = {
  target: 'es2024',
  module: 'nodenext',
  types: ['node'],
  strict: true,
  noEmit: true,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
}

/** A package with the subpaths of this one, but of its sources. */
function linkSources(folder: string): void {
  const { name, type, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const sources = Object.entries<string | { default: string }>(exports).map(([subpath, target]) => [
    subpath,
    typeof target === 'string' ? target : target.default.replace('./dist/', './src/').replace(/\.js$/, '.ts'),
  ])
  mkdirSync(folder)
  symlinkSync(join(root, 'src'), join(folder, 'src'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, type, exports: Object.fromEntries(sources) }))
}
