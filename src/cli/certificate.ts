// The certificate to speak HTTPS with: the one that is named, or one made for development and kept for the next start.
import { readFileSync } from 'node:fs'
import { developmentCertificate } from '../certificates/index.ts'
import { type Config, ConfigError, type Key, type Loaded } from '../config/index.ts'
import { TlsContext, TlsError } from '../transport/index.ts'
import { cacheFolder } from './cache-folder.ts'

export interface Certificate {
  readonly context: TlsContext
  readonly isSelfMade: boolean
}

/** @throws ConfigError where a named certificate or key is missing or cannot be used */
export async function certificateFor(loaded: Loaded, now: number): Promise<Certificate> {
  const { ssl_cert: cert, ssl_key: key, ssl_password: passphrase } = loaded.config
  if (cert === null || key === null) return selfMade(loaded.config, now)
  const material = { cert: read(cert, 'ssl_cert', loaded), key: read(key, 'ssl_key', loaded) }
  try {
    return { context: new TlsContext({ ...material, passphrase: passphrase ?? undefined }), isSelfMade: false }
  } catch (error) {
    throw error instanceof TlsError ? unusable(error, loaded) : error
  }
}

async function selfMade({ host }: Config, now: number): Promise<Certificate> {
  const names = host === 'localhost' || host === '0.0.0.0' || host === '::' ? [] : [host]
  const material = await developmentCertificate({ cacheFolder: cacheFolder(process.env, process.platform), names, now })
  return { context: new TlsContext(material), isSelfMade: true }
}

function read(path: string, key: Key, { origins }: Loaded): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : message
    throw new ConfigError([{ origin: origins[key], message: `${key} ${path} cannot be read: ${why}` }])
  }
}

function unusable(error: TlsError, { origins }: Loaded): ConfigError {
  return new ConfigError([{ origin: origins.ssl_cert, message: error.message }])
}
