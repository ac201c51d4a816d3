// The application that Hono is measured with, whichever server it runs on.
import { Hono } from 'hono'

export const app = new Hono()
app.get('/', context => context.text('Hello, world!'))
app.get('/hello/:name', context => context.text(`Hello, ${context.req.param('name')}`))
