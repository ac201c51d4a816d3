// Node's TLS and cryptography, loaded when they are first needed: they take longer to load than all the rest of a server.

export function nodeTls(): typeof import('node:tls') {
  return process.getBuiltinModule('node:tls')
}

export function nodeCrypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto')
}
