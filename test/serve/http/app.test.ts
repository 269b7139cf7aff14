import { describe, expect, it } from 'vitest'
import { exchange, serve } from '../_serve.ts'

const token = 'a-token-of-32-characters-0123456'

describe('pages', () => {
  it.each(['/', '/subject'])('%s is an HTML page that loads from here only', async (path) => {
    const { base } = await serve()
    const response = await fetch(base + path)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(response.headers.get('cache-control')).toBe('no-store')
    const names = [...(await response.text()).matchAll(/(?:src|href)="([^"]*)"/g)].map(
      ([, n]) => n!,
    )
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) {
      expect(name).toMatch(/^\/(assets\/|subject$)/)
      expect((await fetch(base + name)).status).toBe(200)
    }
  })

  it.each(['uplot.js', 'uplot.css', 'niivue.js'])('%s comes from its package', async (name) => {
    const { base } = await serve()
    const response = await fetch(`${base}/assets/${name}`)
    expect(response.status).toBe(200)
    expect((await response.text()).length).toBeGreaterThan(1000)
  })

  it.each([
    '/assets/../../../package.json',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/assets/%2e%2e/package.json',
    '/assets/..%5c..%5cpackage.json',
    '/assets//etc/passwd',
    '/assets/%00operator.html',
    '/assets/operator.html%00.js',
    '/assets/__proto__',
    '/assets/constructor',
    '/package.json',
    '/schemas/../package.json',
    '/volumes/..%2f..%2fpackage.json',
  ])('%s leads nowhere', async (path) => {
    const { server } = await serve()
    // As typed: `fetch` would tidy the path up first.
    const answer = await exchange(
      server.port,
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 (400|404) /)
    expect(answer).not.toContain('"name"')
  })
})

describe('with a token', () => {
  it('answers nothing without it, and says so in the log', async () => {
    const { base, events } = await serve({ token })
    for (const path of ['/', '/subject', '/latest', '/ws', '/events', '/assets/uplot.js', '/no'])
      expect((await fetch(base + path)).status).toBe(401)
    expect(events.at(-1)).toMatchObject({ type: 'client.refused', reason: 'no token' })
    expect(JSON.stringify(events)).not.toContain(token)
  })

  it('answers programs that send it', async () => {
    const { base, decode } = await serve({ token })
    decode(0)
    const headers = { Authorization: `Bearer ${token}` }
    expect((await fetch(`${base}/latest`, { headers })).status).toBe(200)
    expect((await fetch(`${base}/get_prediction?token=${token}`)).status).toBe(200)
  })

  it('changes it for a cookie when a page is opened, and out of the address', async () => {
    const { base } = await serve({ token })
    const response = await fetch(`${base}/subject?token=${token}&class=rest`, {
      redirect: 'manual',
    })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/subject?class=rest')
    const cookie = response.headers.get('set-cookie')!.split(';')[0]!
    expect((await fetch(`${base}/subject?class=rest`, { headers: { cookie } })).status).toBe(200)
  })
})
