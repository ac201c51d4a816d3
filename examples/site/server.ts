// Serves the site: node examples/site/server.ts
import { serve } from '../../src/index.ts'
import { siteApp } from './site.ts'

const server = await serve(siteApp(Date.now), { port: Number(process.env.PORT ?? 8080) })
console.log(`The moon at http://localhost:${server.port}/`)
