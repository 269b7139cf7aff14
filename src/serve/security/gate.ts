/** The head of a request -> whether it is let in: right host, no foreign page behind it, and the token where one is asked for. */
import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { hostname, networkInterfaces } from 'node:os'
import { isLoopback } from './binding.ts'
import { isSameSecret } from './token.ts'

/** What the gate looks at. */
export interface RequestHead {
  readonly method: string
  /** Path and query, as in the request line. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn, as they came; a second Host would not show in `headers`. */
  readonly rawHeaders?: readonly string[]
}

export type Verdict =
  | { readonly admitted: true; /** The token came in the address. */ readonly byQuery: boolean }
  | { readonly admitted: false; readonly status: 400 | 401 | 403 | 421; readonly reason: string }

export interface Gate {
  admit(head: RequestHead): Verdict
  /** Value of `Set-Cookie` for a page that was opened with the token in its address. */
  readonly cookie: string
}

const cookieName = 'limbic'

/**
 * Makes the gate of a server.
 *
 * @param options - `host` that the server listens at; `token` that is asked for, if any.
 * @returns The gate. Its cookie holds a secret of its own, so that the token itself is not kept by browsers.
 * @throws Never.
 * @remarks The host is checked against names of this machine, which keeps out pages that point a name of theirs here (DNS rebinding); an
 *   `Origin` must be the same as the host, which keeps out scripts and forms of other pages (their WebSockets too: browsers let those through).
 */
export function createGate({ host, token }: { host: string; token: string | undefined }): Gate {
  const cookieSecret = randomBytes(32).toString('hex')
  return {
    cookie: `${cookieName}=${cookieSecret}; HttpOnly; SameSite=Strict; Path=/`,
    admit: ({ url, headers, rawHeaders = [] }) => {
      if (rawHeaders.filter((text, i) => i % 2 === 0 && /^host$/i.test(text)).length > 1)
        return refuse(400, 'two Host headers')
      const named = hostOf(headers.host)
      if (named === undefined) return refuse(400, 'no usable Host header')
      if (!isOwnName(named, host)) return refuse(421, `the host "${named}" is not this server`)
      const { origin } = headers
      if (origin !== undefined && !isSameOrigin(origin, headers.host))
        return refuse(403, `a page of another site (${origin})`)
      if (headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate')
        return refuse(403, 'a page of another site')
      if (token === undefined) return { admitted: true, byQuery: false }
      if (isSameSecret(token, bearerOf(headers.authorization)))
        return { admitted: true, byQuery: false }
      if (isSameSecret(cookieSecret, cookieOf(headers.cookie)))
        return { admitted: true, byQuery: false }
      const query = queryTokenOf(url)
      if (isSameSecret(token, query)) return { admitted: true, byQuery: true }
      return refuse(401, (query ?? headers.authorization) ? 'a wrong token' : 'no token')
    },
  }
}

function refuse(status: 400 | 401 | 403 | 421, reason: string): Verdict {
  return { admitted: false, status, reason }
}

/** `example.org:8717` -> `example.org`. */
function hostOf(header: string | undefined): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.exec(header ?? '')?.[1]?.toLowerCase()
}

function isOwnName(named: string, boundTo: string): boolean {
  if (isLoopback(named)) return true
  if (isLoopback(boundTo)) return false
  const bare = named.replace(/^\[(.*)\]$/, '$1')
  const addresses = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address.toLowerCase()),
  )
  return [boundTo.toLowerCase(), hostname().toLowerCase(), ...addresses].includes(bare)
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  return origin === `http://${host}` || origin === `https://${host}`
}

function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer (\S+)$/i.exec(header ?? '')?.[1]
}

function cookieOf(header: string | undefined): string | undefined {
  return (header ?? '')
    .split(';')
    .map((part) => part.trim().split('='))
    .find(([name]) => name === cookieName)?.[1]
}

function queryTokenOf(url: string): string | undefined {
  const query = url.split('?')[1]
  return query === undefined ? undefined : (new URLSearchParams(query).get('token') ?? undefined)
}
