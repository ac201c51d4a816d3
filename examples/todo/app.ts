// The service: its routes, and what is answered where something goes wrong.
import { App, empty, json } from '../../src/index.ts'
import { changedTodo, doneFilter, newTodo } from './input.ts'
import { Problem, problemReply } from './problems.ts'
import type { Todo, Todos } from './todos.ts'

export function todoApp(todos: Todos): App {
  const app = new App()

  app.get('/todos', ({ query }) => json(todos.list(doneFilter(query))))

  app.post('/todos', async ({ body }) => {
    const values = newTodo(await body.json())
    if (todos.isFull) throw new Problem(507, 'The list is full: remove a todo first')
    const todo = todos.add(values)
    return json(todo, 201, { Location: `/todos/${todo.id}` })
  })

  app.group('/todos/:id<int>', one => {
    one.get('', ({ params }) => json(found(params.id)))

    one.patch('', async ({ params, body }) => {
      const values = changedTodo(await body.json())
      return json(todos.change(found(params.id), values))
    })

    one.delete('', ({ params }) => {
      if (!todos.remove(params.id)) throw noTodo(params.id)
      return empty()
    })
  })

  app.error((_, error) => problemReply(error))

  return app

  function found(id: number): Todo {
    const todo = todos.find(id)
    if (todo === undefined) throw noTodo(id)
    return todo
  }
}

function noTodo(id: number): Problem {
  return new Problem(404, `There is no todo ${id}`)
}
