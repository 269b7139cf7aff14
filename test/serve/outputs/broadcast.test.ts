import { describe, expect, it } from 'vitest'
import { createBroadcast } from '../../../src/serve/outputs/broadcast.ts'

function client(buffered: () => number): {
  texts: string[]
  dropped: () => number
  client: { buffered: () => number; write: (text: string) => void; drop: () => void }
} {
  const texts: string[] = []
  let dropped = 0
  return {
    texts,
    dropped: () => dropped,
    client: { buffered, write: (text) => texts.push(text), drop: () => (dropped += 1) },
  }
}

describe('createBroadcast', () => {
  it('sends to those who keep up, passes over those who do not, and drops them when it lasts', () => {
    let now = 0
    let waiting = 0
    const broadcast = createBroadcast({ limitBytes: 10, patienceMs: 100, now: () => now })
    const quick = client(() => 0)
    const slow = client(() => waiting)
    let told = 0
    broadcast.add(quick.client, () => undefined)
    broadcast.add(slow.client, () => (told += 1))
    broadcast.send('a')
    waiting = 11
    broadcast.send('b')
    now = 99
    broadcast.send('c')
    expect(slow.dropped()).toBe(0)
    waiting = 10
    broadcast.send('d')
    waiting = 11
    broadcast.send('e')
    now = 198
    broadcast.send('f')
    expect(slow.dropped()).toBe(0)
    now = 199
    broadcast.send('g')
    broadcast.send('h')
    expect(quick.texts.join('')).toBe('abcdefgh')
    expect(slow.texts.join('')).toBe('ad')
    expect([slow.dropped(), told, broadcast.size]).toEqual([1, 1, 1])
  })

  it('forgets a client that has gone', () => {
    const broadcast = createBroadcast()
    const gone = client(() => 0)
    broadcast.add(gone.client, () => undefined)()
    broadcast.send('a')
    broadcast.close()
    expect([gone.texts, gone.dropped()]).toEqual([[], 0])
  })
})
