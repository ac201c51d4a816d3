// Where an HTTP/1.1 connection stops being one: it is given to the driver of another protocol (RFC 9110 section 7.8), with all that
// has been read behind the request that asked for it.
import type { Handler } from '../exchange/index.ts'
import { type H1Head, HeadFields } from '../h1/index.ts'
import { FieldList, type Fields } from '../http/fields.ts'
import type { Driver, DriverHost } from './driver.ts'
import { H1Exchange, type H1ExchangeHost } from './h1-exchange.ts'
import { H1Flow } from './h1-flow.ts'
import { settingsOfUpgrade, upgradedHead } from './h2c.ts'
import { UpgradedDriver } from './h2c-driver.ts'
import type { Settings } from './settings.ts'
import { WebSocketDriver } from './websocket-driver.ts'
import type { SocketTunnel } from './websocket-tunnel.ts'

export abstract class H1Switching extends H1Flow {
  abstract readonly handler: Handler
  abstract readonly settings: Settings
  abstract exchange: H1Exchange | null
  /** The driver that has the connection now. */
  protected successor: Driver | null = null
  /** The server ends. */
  protected draining = false
  protected abstract readonly host: DriverHost
  /** This driver, as others see it. */
  protected abstract readonly driver: Driver & H1ExchangeHost

  /** Gives the connection to HTTP/2 where the request asks for it as it should. */
  protected changesToHttp2(head: H1Head): boolean {
    const payload = this.draining || this.peerEnded || this.peer.tls !== null ? null : settingsOfUpgrade(head)
    if (payload === null) return false
    const { target, authority } = new H1Exchange(this.driver, head, null)
    this.connection.sendSwitch(101, FieldList.empty, 'h2c', this.settings.preamble)
    this.flush()
    const successor = new UpgradedDriver(this.channel, this.handler, this.settings, this.host)
    this.giveTo(successor)
    successor.upgrade(upgradedHead(head, target, authority), payload)
    return true
  }

  /** Gives the connection to WebSocket: the reply that says so is in the output. */
  changesToWebSocket(tunnel: SocketTunnel): void {
    const { exchange, channel, settings, leftover } = this
    this.flush()
    if (exchange === null || channel.closed) return
    const successor = new WebSocketDriver(channel, exchange, tunnel, settings, this.host)
    this.exchange = null
    this.leftover = null
    exchange.host = successor
    this.setReading(true)
    this.giveTo(successor)
    successor.begin()
    exchange.head = new KeptHead(exchange.head)
    // A client must wait for the reply before it sends frames (RFC 6455 section 4.1); what came before is in order none the less.
    if (leftover !== null && !channel.closed) successor.receive(leftover.bytes, 0, leftover.size)
    if (this.peerEnded && !channel.closed) successor.ended()
    if (this.draining && !channel.closed) successor.drain()
  }

  private giveTo(successor: Driver): void {
    this.successor = successor
    this.channel.user = successor
    this.host.replaced(this.driver, successor)
  }
}

/** A head for as long as the connection goes on: the program may ask for its fields. It takes as little memory as can be. */
class KeptHead implements H1Head {
  readonly target: string
  readonly fields: Fields

  constructor({ target, fields }: H1Head) {
    this.target = target
    this.fields = fields
    if (fields instanceof HeadFields) fields.rest()
  }

  /** Of a handshake (RFC 6455 section 4.1). */
  get method(): string {
    return 'GET'
  }

  get host(): string {
    return this.fields.get('host') ?? ''
  }

  get upgrade(): string {
    return this.fields.get('upgrade') ?? ''
  }

  get status(): number {
    return 0
  }

  get minor(): 1 {
    return 1
  }

  get length(): number {
    return 0
  }

  get persistent(): boolean {
    return true
  }

  get expectsContinue(): boolean {
    return false
  }
}
