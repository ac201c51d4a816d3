// The smallest program there is. Run it with: node examples/hello.ts
// In a project of your own the import is from 'wirewright'.
import { serve, text } from '../src/index.ts'

const server = await serve(({ path }) => text(`Hello from ${path}\n`), { port: Number(process.env.PORT ?? 8080) })
console.log(`http://localhost:${server.port}`)
