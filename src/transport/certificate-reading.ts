// The files of a certificate: reading them, telling one content from another, and where a change of them shows itself.
import { readFileSync, realpathSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { nodeCrypto } from './lazily.ts'
import { TlsError, type TlsFault, type TlsMaterial } from './tls.ts'

/** A certificate and its key as files, watched while they are in use. */
export interface TlsFiles {
  /** Path of a PEM file: the certificate, then those that lead from it to the root. */
  readonly certFile: string
  /** Path of a PEM file: the certificate's private key. May be the same file. */
  readonly keyFile: string
  /** What the key is encrypted with, if it is. */
  readonly passphrase?: string | undefined
}

/** @throws TlsError where a file cannot be read */
export function materialIn({ certFile, keyFile, passphrase }: TlsFiles): TlsMaterial {
  return { cert: contentOf(certFile, 'certificate'), key: contentOf(keyFile, 'key'), passphrase }
}

function contentOf(path: string, fault: TlsFault): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw unreadable(path, fault, error)
  }
}

/** What is in them now, or why it cannot be read. */
export async function foundIn({ certFile, keyFile, passphrase }: TlsFiles): Promise<TlsMaterial | TlsError> {
  const read = (path: string, fault: TlsFault) =>
    readFile(path).catch((error: unknown) => Promise.reject(unreadable(path, fault, error)))
  try {
    const [cert, key] = await Promise.all([read(certFile, 'certificate'), read(keyFile, 'key')])
    return { cert, key, passphrase }
  } catch (error) {
    return error as TlsError
  }
}

/** Equal for what is equal to the last byte. */
export function digestOf({ cert, key }: TlsMaterial): string {
  const hash = nodeCrypto().createHash('sha256')
  return hash.update(cert).update('\0').update(key).digest('base64')
}

/** The folders that the paths name, where links are put in each other's place, and those of the files themselves, which may be written over. */
export function foldersOf({ certFile, keyFile }: TlsFiles): string[] {
  return [...new Set([certFile, keyFile].flatMap(path => [dirname(path), dirname(targetOf(path))]))]
}

function targetOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** The fault with the name of the file that has it. */
export function inFile({ certFile, keyFile }: TlsFiles, error: TlsError): TlsError {
  const file = error.fault === 'key' ? keyFile : certFile
  const files = error.fault === 'pair' ? `${certFile} and ${keyFile}` : file
  return new TlsError(error.fault, `${files}: ${error.message}`, { cause: error, file })
}

function unreadable(file: string, fault: TlsFault, cause: unknown): TlsError {
  const { code, message } = cause as NodeJS.ErrnoException
  const why = code === 'ENOENT' ? 'there is no such file' : message
  return new TlsError(fault, `${file} cannot be read: ${why}`, { cause, file })
}
