// The certificates of a server: loaded, watched where they are files, and held against the names they are used for.
import type { Report } from '../exchange/index.ts'
import { CertificateWatch, type Clock, TlsContext, type TlsFiles, type TlsMaterial } from '../transport/index.ts'

/** A certificate and its key: as PEM text, as files that are loaded again when they change, or loaded already. */
export type Tls = TlsMaterial | TlsFiles | TlsContext

export class Certificates {
  private readonly watch: CertificateWatch
  private readonly loaded = new Map<Tls, TlsContext>()
  private readonly told = new Set<TlsContext>()
  private readonly report: Report
  private readonly now: () => number

  constructor({ clock, report }: { readonly clock: Clock; readonly report: Report }) {
    this.report = report
    this.now = () => clock.date()
    this.watch = new CertificateWatch({ clock, notice: (level, message) => report({ kind: 'notice', level, message }) })
  }

  /**
   * The context to shake hands with; the same one for the same certificate.
   * @param names the hosts that it is used for. Where it is not for one of them, or out of its time, that is told
   * @throws TlsError where it cannot be used
   */
  load(tls: Tls, names: readonly string[] = []): TlsContext {
    const context = this.contextOf(tls, names)
    if (!this.told.has(context))
      for (const notice of context.notices) this.warn(names.length === 0 ? notice : `${names.join(', ')}: ${notice}`)
    this.told.add(context)
    const strange = names.filter(name => name !== '*' && !context.covers(name))
    if (strange.length > 0) this.warn(notFor(strange))
    return context
  }

  close(): void {
    this.watch.close()
  }

  private contextOf(tls: Tls, names: readonly string[]): TlsContext {
    if (tls instanceof TlsContext) return tls
    if ('certFile' in tls)
      return this.watch.add(
        tls,
        names.filter(name => name !== '*'),
      )
    const context = this.loaded.get(tls) ?? new TlsContext(tls, { now: this.now })
    this.loaded.set(tls, context)
    return context
  }

  private warn(message: string): void {
    this.report({ kind: 'notice', level: 'warn', message })
  }
}

function notFor(names: readonly string[]): string {
  return `The certificate for ${names.join(', ')} does not name ${names.length === 1 ? 'it' : 'them'}: clients will not trust it there`
}
