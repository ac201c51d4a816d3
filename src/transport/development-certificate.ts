// A certificate that this machine makes for itself, so that HTTPS can be tried without buying or fetching one.

export interface DevelopmentCertificateOptions {
  /** Host names and addresses it is for, besides localhost, 127.0.0.1, ::1 and the machine's own name. */
  readonly names?: readonly string[] | undefined
  /** Where certificate and key are kept between runs. */
  readonly cacheFolder: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** The kept certificate, or a new one if there is none, it is for other names, or it ends within 30 days. PEM. */
export async function developmentCertificate(
  _options: DevelopmentCertificateOptions,
): Promise<{ readonly cert: string; readonly key: string }> {
  throw new Error('not built yet')
}
