import { describe, expect, it } from 'vitest'
import { createArrivalQueue } from '../../../src/realtime/sources/arrival-queue.ts'
import type { SourceEvent } from '../../../src/realtime/volume-source.ts'

const problem = (code: string): SourceEvent => ({ type: 'problem', code, message: '', origin: '' })

describe('an arrival queue', () => {
  it('gives everything in order, what came before and during reading, and then ends', async () => {
    const queue = createArrivalQueue()
    queue.push(problem('a'))
    const seen: string[] = []
    const reading = (async () => {
      for await (const event of queue) if (event.type === 'problem') seen.push(event.code)
    })()
    await Promise.resolve()
    queue.push(problem('b'))
    queue.push(problem('c'))
    queue.end()
    queue.push(problem('after the end'))
    await reading
    expect(seen).toEqual(['a', 'b', 'c'])
  })

  it('makes writers wait until the reader has caught up', async () => {
    const queue = createArrivalQueue()
    const reader = queue[Symbol.asyncIterator]()
    queue.push(problem('a'))
    queue.push(problem('b'))
    let hasRoom = false
    const waiting = queue.room(2).then(() => (hasRoom = true))
    await Promise.resolve()
    expect(hasRoom).toBe(false)
    await reader.next()
    await waiting
    expect(hasRoom).toBe(true)
    expect(queue.length).toBe(1)
  })

  it('lets writers go when it ends, or when the reader leaves', async () => {
    const ended = createArrivalQueue()
    ended.push(problem('a'))
    const first = ended.room(1)
    ended.end()
    await first

    const left = createArrivalQueue()
    left.push(problem('a'))
    left.push(problem('b'))
    const second = left.room(1)
    for await (const event of left) {
      expect(event).toEqual(problem('a'))
      break
    }
    await second
    expect(left.length).toBe(0)
  })
})
