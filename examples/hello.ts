// The smallest application. Run it with: node examples/hello.ts
// In a project of your own the import is from 'wirewright'.
import { App, serve } from '../src/index.ts'

const app = new App()
app.get('/hello/:name', ({ params }) => `Hello, ${params.name}\n`)

const server = await serve(app, { port: Number(process.env.PORT ?? 8080) })
console.log(`http://localhost:${server.port}/hello/you`)
