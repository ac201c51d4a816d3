// What the service keeps: a list of todos in memory, as a database would keep it. It knows nothing of HTTP.

export interface Todo {
  readonly id: number
  readonly title: string
  readonly done: boolean
}

/** What of a todo its owner decides. */
export type TodoValues = Omit<Todo, 'id'>

export class Todos {
  private readonly kept = new Map<number, Todo>()
  private readonly most: number
  private lastId = 0

  /** @param most how many may be kept at a time: what clients can fill has a bound */
  constructor(most = 10_000) {
    this.most = most
  }

  get isFull(): boolean {
    return this.kept.size >= this.most
  }

  /** @param done only those that are done, or only those that are not; all where it is undefined */
  list(done?: boolean): Todo[] {
    return [...this.kept.values()].filter(todo => done === undefined || todo.done === done)
  }

  find(id: number): Todo | undefined {
    return this.kept.get(id)
  }

  add(values: TodoValues): Todo {
    const todo = { id: ++this.lastId, ...values }
    this.kept.set(todo.id, todo)
    return todo
  }

  change(todo: Todo, values: Partial<TodoValues>): Todo {
    const changed = { ...todo, ...values }
    this.kept.set(todo.id, changed)
    return changed
  }

  /** Whether it was there. */
  remove(id: number): boolean {
    return this.kept.delete(id)
  }
}
