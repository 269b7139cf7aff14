import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { createGate, type Gate, type Verdict } from '../../../src/serve/security/gate.ts'

const token = 'a-token-of-32-characters-0123456'

function ask(gate: Gate, headers: Record<string, string>, url = '/latest'): Verdict {
  return gate.admit({ method: 'GET', url, headers })
}

describe('without a token, on this machine only', () => {
  const gate = createGate({ host: '127.0.0.1', token: undefined })

  it.each(['127.0.0.1:8717', 'localhost:8717', 'localhost', '[::1]:8717', 'LOCALHOST:1'])(
    'lets %s in',
    (host) => {
      expect(ask(gate, { host })).toEqual({ admitted: true, byQuery: false })
    },
  )

  it.each([
    'evil.example:8717',
    '127.0.0.1.evil.example',
    'localhost.evil.example:8717',
    '192.168.0.1:8717',
    hostname(),
  ])('refuses the name %s, which may have been pointed here', (host) => {
    expect(ask(gate, { host })).toMatchObject({ admitted: false, status: 421 })
  })

  it.each([undefined, '', 'two words', 'a:b:c', 'localhost:8717/path', 'localhost:999999'])(
    'refuses the host header %s',
    (host) => {
      const headers = host === undefined ? {} : { host }
      expect(gate.admit({ method: 'GET', url: '/', headers })).toMatchObject({ status: 400 })
    },
  )

  it('takes its own pages and refuses those of others', () => {
    const host = 'localhost:8717'
    expect(ask(gate, { host, origin: 'http://localhost:8717' })).toMatchObject({ admitted: true })
    for (const origin of ['http://evil.example', 'null', 'http://localhost:8718', 'file://', ''])
      expect(ask(gate, { host, origin })).toMatchObject({ admitted: false, status: 403 })
  })

  it('refuses what a foreign page embeds, and takes a link from it', () => {
    const host = 'localhost:8717'
    const site = { host, 'sec-fetch-site': 'cross-site' }
    expect(ask(gate, { ...site, 'sec-fetch-mode': 'no-cors' })).toMatchObject({ status: 403 })
    expect(ask(gate, { ...site, 'sec-fetch-mode': 'navigate' })).toMatchObject({ admitted: true })
  })
})

describe('with a token', () => {
  const gate = createGate({ host: '0.0.0.0', token })
  const host = 'localhost'

  it('takes it from the header, the address or the cookie that it was changed for', () => {
    const cookie = gate.cookie.split(';')[0]!
    expect(ask(gate, { host, authorization: `Bearer ${token}` })).toMatchObject({ admitted: true })
    expect(ask(gate, { host }, `/?token=${token}`)).toEqual({ admitted: true, byQuery: true })
    expect(ask(gate, { host, cookie: `a=b; ${cookie}` })).toMatchObject({ admitted: true })
    expect(gate.cookie).not.toContain(token)
    expect(gate.cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
  })

  it.each<[string, Record<string, string>, string?]>([
    ['nothing', {}],
    ['another token', { authorization: `Bearer ${token}x` }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['the token as cookie', { cookie: `limbic=${token}` }],
    ['the cookie of another server', { cookie: createGate({ host: '', token }).cookie }],
    ['a wrong token in the address', {}, '/?token=wrong'],
    ['an empty token in the address', {}, '/?token='],
  ])('refuses %s', (_, headers, url) => {
    expect(ask(gate, { host, ...headers }, url)).toMatchObject({ admitted: false, status: 401 })
  })

  it('answers to the names of this machine, and to no others', () => {
    const authorization = `Bearer ${token}`
    expect(ask(gate, { host: `${hostname()}:1`, authorization })).toMatchObject({ admitted: true })
    expect(ask(gate, { host: 'evil.example', authorization })).toMatchObject({ status: 421 })
  })
})
