import { expect, it } from 'vitest'
import type { ClientEvent, SessionEvent } from '../../src/realtime/session-events.ts'
import { createSessionHub } from '../../src/serve/hub.ts'
import { createFakeSession } from './_fake-session.ts'

const mark = (n: number): SessionEvent => ({ type: 'mark', at: n, text: String(n), volume: null })

it('keeps the latest events for those who come later', () => {
  const hub = createSessionHub(10)
  const heard: SessionEvent[] = []
  hub.subscribe((event) => heard.push(event))
  const all = Array.from({ length: 57 }, (_, i) => mark(i))
  all.forEach((event, i) => {
    hub.onEvent(event)
    expect(hub.recent()).toEqual(all.slice(Math.max(0, i - 9), i + 1))
  })
  expect(heard).toEqual(all)
})

it('stops telling who does not listen any more, even while it tells', () => {
  const hub = createSessionHub()
  const heard: string[] = []
  const stop = hub.subscribe(() => {
    heard.push('first')
    stop()
  })
  hub.subscribe(() => heard.push('second'))
  hub.onEvent(mark(0))
  hub.onEvent(mark(1))
  expect(heard).toEqual(['first', 'second', 'second'])
})

it('keeps for the session what outputs reported before it', () => {
  const hub = createSessionHub(100)
  const refused: ClientEvent = {
    type: 'client.refused',
    transport: 'http',
    address: 'a',
    reason: 'b',
  }
  for (let i = 0; i < 200; i++) hub.report(refused)
  const recorded: ClientEvent[] = []
  const { session } = createFakeSession()
  hub.attach({ ...session, record: (event) => void recorded.push(event) })
  expect(recorded).toHaveLength(100)
  hub.report(refused)
  expect(recorded).toHaveLength(101)
})
