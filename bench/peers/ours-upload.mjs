// This server, taking content and telling how much it was. usage: node ours-upload.mjs MODULE PORT
import { pathToFileURL } from 'node:url'

const [module, port] = process.argv.slice(2)
const { serve, text } = await import(pathToFileURL(module).href)
await serve(count, { port: Number(port), host: '127.0.0.1' })

async function count({ content }) {
  let size = 0
  for (let chunk = await content.pull(); chunk !== null; chunk = await content.pull()) size += chunk.length
  return text(String(size))
}
