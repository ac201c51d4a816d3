// The echo server as a process of its own, as people run it who have protocol suites.
import { fileURLToPath } from 'node:url'
import { Program } from '../../support/program.ts'

export class Echo {
  /** In the clear. */
  readonly port: number
  readonly tlsPort: number
  private readonly program: Program

  static async start(): Promise<Echo> {
    const file = fileURLToPath(new URL('../../../examples/echo.ts', import.meta.url))
    const program = new Program(process.execPath, [file, '--port', '0', '--tls-port', '0'])
    const port = Number((await program.says(/Echo on port (\d+)/))[1])
    return new Echo(program, port, Number((await program.says(/Echo over TLS on port (\d+)/))[1]))
  }

  private constructor(program: Program, port: number, tlsPort: number) {
    this.program = program
    this.port = port
    this.tlsPort = tlsPort
  }

  stop(): Promise<unknown> {
    return this.program.stop()
  }
}
