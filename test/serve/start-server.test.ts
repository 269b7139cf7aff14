import { describe, expect, it } from 'vitest'
import { feedbackSchema } from '../../src/core/schemas/feedback.ts'
import { openSilentSocket, openSocket, serve, until } from './_serve.ts'

describe('asking for feedback', () => {
  it('gives the latest message, and that of any volume', async () => {
    const { base, decode, withhold } = await serve()
    expect((await fetch(`${base}/latest`)).status).toBe(503)
    expect((await fetch(`${base}/volumes/0`)).status).toBe(404)
    decode(0)
    const second = decode(1)
    const lost = withhold(2, 'lost')
    expect(await (await fetch(`${base}/volumes/1`)).json()).toEqual(second)
    const latest: unknown = await (await fetch(`${base}/latest`)).json()
    expect(latest).toEqual(lost)
    expect(() => feedbackSchema.parse(latest)).not.toThrow()
  })

  it.each(['/volumes/-1', '/volumes/1.5', '/volumes/abc', '/volumes/99999999999'])(
    'refuses %s as a volume',
    async (path) => {
      const { base } = await serve()
      expect((await fetch(base + path)).status).toBe(400)
    },
  )

  it('gives pyOpenNFT one bare number, and no number for a volume without feedback', async () => {
    const { base, decode, withhold } = await serve({ className: 'rest' })
    expect((await fetch(`${base}/get_prediction`)).status).toBe(503)
    const { smoothed } = decode(0)
    const response = await fetch(`${base}/get_prediction`)
    expect(response.status).toBe(200)
    expect(await response.text()).toBe(String(smoothed!.rest))
    withhold(1, 'lost')
    expect((await fetch(`${base}/get_prediction`)).status).toBe(503)
  })

  it('serves the schema of its messages', async () => {
    const { base } = await serve()
    const response = await fetch(`${base}/schemas/feedback.schema.json`)
    expect(await response.json()).toMatchObject({ title: 'limbic feedback', type: 'object' })
    expect((await fetch(`${base}/schemas/constructor.schema.json`)).status).toBe(404)
  })

  it('tells what runs here', async () => {
    const { base, decode } = await serve()
    decode(4)
    expect(await (await fetch(`${base}/session`)).json()).toMatchObject({
      feedbackClass: 'negative',
      status: 'running',
      trSeconds: 2,
      lastVolume: 4,
      counts: { received: 1, feedback: 1 },
      started: { bundle: { name: 'emotions' } },
    })
  })
})

describe('being told', () => {
  it('sends every event as JSON to every WebSocket', async () => {
    const { base, decode, events } = await serve()
    const clients = await Promise.all([openSocket(`${base}/ws`), openSocket(`${base}/ws`)])
    const nBefore = events.length
    decode(0)
    for (const { texts } of clients) {
      await until(() => texts.at(-1)?.includes('"feedback"') === true)
      expect(texts.map((text) => JSON.parse(text) as unknown).slice(-2)).toEqual(
        events.slice(nBefore),
      )
    }
  })

  it('sends every event as a named Server-Sent Event', async () => {
    const { base, decode } = await serve()
    const response = await fetch(`${base}/events`)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const feedback = decode(3)
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('event: feedback\n')) text += (await reader.read()).value
    const data = /event: feedback\ndata: (.*)\n\n/.exec(text)![1]!
    expect(JSON.parse(data)).toMatchObject({ type: 'feedback', volume: 3, feedback })
    await reader.cancel()
  })

  it('serves 200 WebSocket clients', async () => {
    const { base, decode, server } = await serve()
    const clients = await Promise.all(Array.from({ length: 200 }, () => openSocket(`${base}/ws`)))
    expect(server.nClients).toBe(200)
    for (let volume = 0; volume < 20; volume++) decode(volume)
    const nFeedback = (texts: string[]): number =>
      texts.filter((text) => text.startsWith('{"type":"feedback"')).length
    await until(() => clients.every(({ texts }) => nFeedback(texts) === 20))
  })

  it('drops a client that never reads, and nobody else notices', async () => {
    const { base, decode, server, events } = await serve({
      limits: { limitBytes: 64 * 1024, patienceMs: 0 },
    })
    await openSilentSocket(
      server.port,
      `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    )
    await until(() => server.nClients === 1)
    const { texts } = await openSocket(`${base}/ws`)
    const padding = { session: 'x'.repeat(20_000) }
    // Until the system's own buffers are full too; what is read meanwhile shows that the other client is served.
    for (let volume = 0; server.nClients === 2 && volume < 3000; volume++) {
      decode(volume, padding)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(server.nClients).toBe(1)
    await until(() => events.some((e) => e.type === 'client.disconnected'))
    expect(events.find((e) => e.type === 'client.disconnected')).toMatchObject({
      reason: 'did not read',
    })
    decode(5000)
    await until(() => texts.at(-1)!.includes('"volume":5000'))
  })
})

describe('the buttons', () => {
  const post = (url: string, body: string, type = 'application/json'): Promise<Response> =>
    fetch(url, { method: 'POST', headers: { 'Content-Type': type }, body })

  it('mark and stop the session', async () => {
    const { base, marks, isStopped } = await serve()
    expect((await post(`${base}/control/mark`, '{"text":"moved"}')).status).toBe(200)
    expect(marks).toEqual(['moved'])
    expect((await post(`${base}/control/stop`, '{}')).status).toBe(200)
    expect(isStopped()).toBe(true)
  })

  it('start a session that waits for it, once', async () => {
    let waiting = true
    const controls = {
      canStart: () => waiting,
      start: () => {
        waiting = false
      },
      stop: () => undefined,
      mark: () => undefined,
    }
    const { base } = await serve({ controls })
    expect((await post(`${base}/control/start`, '{}')).status).toBe(200)
    expect(waiting).toBe(false)
    expect((await post(`${base}/control/start`, '{}')).status).toBe(409)
  })

  it.each([
    ['no text', '{}', 'application/json', 400],
    ['no JSON', 'text', 'application/json', 400],
    ['an empty mark', '{"text":" "}', 'application/json', 400],
    ['a form', 'text=1', 'application/x-www-form-urlencoded', 415],
    ['a megabyte', JSON.stringify({ text: 'x'.repeat(1e6) }), 'application/json', 413],
  ])('refuse %s', async (_, body, type, status) => {
    const { base, marks } = await serve()
    expect((await post(`${base}/control/mark`, body, type)).status).toBe(status)
    expect(marks).toEqual([])
  })
})

it('gives the volume and the voxels of the decoder as NIfTI', async () => {
  const { base, decode } = await serve()
  expect((await fetch(`${base}/volume.nii`)).status).toBe(404)
  decode(7)
  const response = await fetch(`${base}/volume.nii`)
  expect(response.headers.get('x-volume-index')).toBe('7')
  expect(response.headers.get('content-length')).toBe(String(352 + 2 * 8 * 10 * 6))
  expect((await fetch(`${base}/selection.nii`)).status).toBe(200)
})
