import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createDecodeQueue,
  type DecodeQueue,
  type QueueItem,
} from '../../src/realtime/decode-queue.ts'

const decode = (index: number): QueueItem<string> => ({
  kind: 'decode',
  index,
  volume: `v${index}`,
})
const lost = (index: number): QueueItem<string> => ({ kind: 'lost', index })

const drain = (queue: DecodeQueue<string>): string[] => {
  const items: string[] = []
  for (let item = queue.shift(); item !== undefined; item = queue.shift())
    items.push(`${item.kind} ${item.index}`)
  return items
}

describe('createDecodeQueue', () => {
  it('lets volumes wait up to the limit', () => {
    const queue = createDecodeQueue<string>(2)
    expect([queue.push(decode(0)), queue.push(decode(1))]).toEqual([[], []])
    expect(drain(queue)).toEqual(['decode 0', 'decode 1'])
  })

  it('beyond it only the newest is decoded, and the others keep their turn', () => {
    const queue = createDecodeQueue<string>(2)
    queue.push(decode(0))
    queue.push(lost(1))
    queue.push(decode(2))
    expect(queue.push(decode(3))).toEqual([
      { index: 0, newest: 3, backlog: 3 },
      { index: 2, newest: 3, backlog: 3 },
    ])
    expect(drain(queue)).toEqual(['skipped 0', 'lost 1', 'skipped 2', 'decode 3'])
  })

  it('does not skip a volume for one that is lost', () => {
    const queue = createDecodeQueue<string>(1)
    queue.push(decode(0))
    expect(queue.push(lost(1))).toEqual([])
    expect(drain(queue)).toEqual(['decode 0', 'lost 1'])
  })

  it('holds nothing after it was cleared', () => {
    const queue = createDecodeQueue<string>(1)
    queue.push(decode(0))
    queue.clear()
    expect([queue.length, queue.shift()]).toEqual([0, undefined])
  })

  it('however pushes and takes alternate: indices leave in order, once, and few volumes are held', () => {
    const steps = fc.array(fc.constantFrom('decode', 'lost', 'take'), { maxLength: 60 })
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 4 }), (script, maxBacklog) => {
        const queue = createDecodeQueue<string>(maxBacklog)
        const left: QueueItem<string>[] = []
        const skipped: number[] = []
        let next = 0
        for (const step of script) {
          if (step === 'take') {
            const item = queue.shift()
            if (item !== undefined) left.push(item)
          } else {
            const item = step === 'decode' ? decode(next++) : lost(next++)
            skipped.push(...queue.push(item).map(({ index }) => index))
          }
        }
        for (let item = queue.shift(); item !== undefined; item = queue.shift()) left.push(item)
        expect(left.map(({ index }) => index)).toEqual(left.map((_, i) => i))
        expect(left).toHaveLength(next)
        const asSkipped = left.filter(({ kind }) => kind === 'skipped').map(({ index }) => index)
        expect(asSkipped).toEqual(skipped)
      }),
    )
  })
})
