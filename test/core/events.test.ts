import { expect, it } from 'vitest'
import { silent } from '../../src/core/events.ts'

it('silent takes every event and gives nothing back', () => {
  expect(silent({ type: 'note', message: 'nobody listens' })).toBeUndefined()
})
