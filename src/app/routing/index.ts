// Routes by path and method. A folder of `app/`, used by it alone.
export { ANY_METHOD, HANDSHAKE } from './leaf.ts'
export { Router } from './router.ts'
