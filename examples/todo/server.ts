// Serves the todo service: node examples/todo/server.ts
import { serve } from '../../src/index.ts'
import { todoApp } from './app.ts'
import { Todos } from './todos.ts'

const server = await serve(todoApp(new Todos()), { port: Number(process.env.PORT ?? 8080) })
console.log(`Todos at http://localhost:${server.port}/todos`)
