/** Where a server is to listen -> whether that is allowed: this machine freely, other machines only with a token and a list of folders. */
import { LimbicError } from '../../core/errors/index.ts'
import { isLoopback as isLoopbackAddress } from '../../realtime/sources/listening.ts'
import { minTokenLength } from './token.ts'

export interface Binding {
  /** Address or name that the server listens at. */
  readonly host: string
  readonly token: string | undefined
  /** Folders that the session may read from and write to. */
  readonly allow: readonly string[]
}

/**
 * Asserts that a server may listen there.
 *
 * @param binding - Host, token, folders.
 * @returns Nothing.
 * @throws {LimbicError} `SERVE_TOKEN_MISSING` or `SERVE_ALLOW_MISSING` when others could reach the server without a token or everywhere;
 *   `SERVE_TOKEN_WEAK` for a token that can be guessed.
 */
export function assertBinding({ host, token, allow }: Binding): void {
  if (token !== undefined && !isUsableToken(token))
    throw new LimbicError('SERVE_TOKEN_WEAK', { minLength: minTokenLength, length: token.length })
  if (isLoopback(host)) return
  if (token === undefined) throw new LimbicError('SERVE_TOKEN_MISSING', { host })
  if (allow.length === 0) throw new LimbicError('SERVE_ALLOW_MISSING', { host })
}

/**
 * Tells whether an address or name can only be reached from this machine.
 *
 * @param host - IPv4 or IPv6 address, with or without brackets, or a name.
 * @returns Whether it is a loopback address or `localhost`.
 * @throws Never.
 * @example
 * const own = ['127.0.0.1', '127.8.9.1', '[::1]', '::ffff:127.0.0.1', 'localhost'].map(isLoopback) // own = [true, true, true, true, true]
 * const others = ['0.0.0.0', '::', '192.168.0.7', '127.0.0.1.example.org'].map(isLoopback) // others = [false, false, false, false]
 */
export function isLoopback(host: string): boolean {
  return isLoopbackAddress(host.replace(/^\[(.*)\]$/, '$1').toLowerCase())
}

/** It travels in headers, cookies and addresses. */
function isUsableToken(token: string): boolean {
  return token.length >= minTokenLength && /^[\w.~+/=-]+$/.test(token)
}
