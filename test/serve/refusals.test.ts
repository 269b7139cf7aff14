import { expect, it } from 'vitest'
import type { ClientEvent } from '../../src/realtime/session-events.ts'
import { createRefusalLog } from '../../src/serve/refusals.ts'

it('writes refusals down, and only counts them in a flood', () => {
  const reported: ClientEvent[] = []
  let now = 0
  const refuse = createRefusalLog(
    { report: (event) => reported.push(event) },
    { perWindow: 3, windowMs: 1000, now: () => now },
  )
  for (let i = 0; i < 10; i++) refuse({ transport: 'http', address: 'a', reason: `no ${i}` })
  expect(reported.map((e) => 'reason' in e && e.reason)).toEqual(['no 0', 'no 1', 'no 2'])
  now = 1000
  refuse({ transport: 'http', address: 'a', reason: 'x'.repeat(1000) })
  expect(reported.slice(3).map((e) => 'reason' in e && e.reason)).toEqual([
    '7 more refusals were only counted',
    'x'.repeat(200),
  ])
})
