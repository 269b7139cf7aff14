import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createOrderBuffer,
  type Arrival,
  type OrderDecision,
  type OrderPolicy,
} from '../../src/realtime/order-buffer.ts'

const policy: OrderPolicy = { firstVolume: 0, maxParked: 2, maxWaitMs: 500, maxGap: 20 }

const volume = (index: number, content = 'a'): Arrival => ({ index, sha256: `${content}${index}` })

/** `accept 3`, `lost 2 after 500`. */
const words = (decisions: readonly OrderDecision<Arrival>[]): string[] =>
  decisions.map((decision) => {
    if (decision.type === 'lost') return `lost ${decision.index} after ${decision.waitedMs}`
    const index = decision.volume.index
    if (decision.type === 'parked') return `parked ${index} for ${decision.waitingFor}`
    if (decision.type === 'conflict') return `conflict ${index}, kept ${decision.keptSha256}`
    return `${decision.type} ${index}`
  })

const play = (
  events: readonly (readonly [atMs: number, arrival?: Arrival])[],
  changes: Partial<OrderPolicy> = {},
): string[] => {
  const buffer = createOrderBuffer({ ...policy, ...changes })
  return events.flatMap(([at, arrival]) =>
    words(arrival === undefined ? buffer.tick(at) : buffer.arrive(arrival, at)),
  )
}

describe('what becomes of a volume', () => {
  it('the next one is accepted', () => {
    expect(play([[0, volume(0)], [10, volume(1)]])).toEqual(['accept 0', 'accept 1']) // prettier-ignore
  })

  it('the same bytes again are a duplicate, whether the first were accepted or wait', () => {
    expect(
      play([
        [0, volume(0)],
        [1, volume(0)],
        [2, volume(2)],
        [3, volume(2)],
      ]),
    ).toEqual(['accept 0', 'duplicate 0', 'parked 2 for 1', 'duplicate 2'])
  })

  it('other bytes are a conflict and the first stay', () => {
    expect(
      play([
        [0, volume(0)],
        [1, volume(0, 'b')],
        [2, volume(0)],
      ]),
    ).toEqual(['accept 0', 'conflict 0, kept a0', 'duplicate 0'])
  })

  it('an early one waits and is let through as soon as the gap closes', () => {
    expect(
      play([
        [0, volume(0)],
        [1, volume(2)],
        [2, volume(1)],
      ]),
    ).toEqual(['accept 0', 'parked 2 for 1', 'accept 1', 'accept 2'])
  })

  it('after the longest wait the gap is lost, not earlier', () => {
    const events = [[0, volume(0)], [100, volume(2)], [599], [600]] as const
    expect(play(events)).toEqual(['accept 0', 'parked 2 for 1', 'lost 1 after 500', 'accept 2'])
    expect(play(events.slice(0, 3))).toEqual(['accept 0', 'parked 2 for 1'])
  })

  it('more than the allowed number do not wait', () => {
    expect(
      play([
        [0, volume(1)],
        [1, volume(2)],
        [2, volume(4)],
      ]),
    ).toEqual([
      'parked 1 for 0',
      'parked 2 for 0',
      'parked 4 for 0',
      'lost 0 after 2',
      'accept 1',
      'accept 2',
    ])
  })

  it('with none allowed to wait, a gap is lost at once', () => {
    expect(play([[5, volume(2)]], { maxParked: 0 })).toEqual([
      'parked 2 for 0',
      'lost 0 after 0',
      'lost 1 after 0',
      'accept 2',
    ])
  })

  it('one that comes after it was given up is late, once', () => {
    expect(
      play([[0, volume(1)], [500], [501, volume(0)], [502, volume(0)], [503, volume(0, 'b')]]),
    ).toEqual([
      'parked 1 for 0',
      'lost 0 after 500',
      'accept 1',
      'late 0',
      'duplicate 0',
      'conflict 0, kept a0',
    ])
  })

  it('one that is too far ahead is refused and leaves no trace', () => {
    expect(play([[0, volume(21)], [1, volume(20)]])).toEqual(['refused 21', 'parked 20 for 0']) // prettier-ignore
  })

  it('starts where it is told to', () => {
    expect(play([[0, volume(5)], [0, volume(4)]], { firstVolume: 5 })).toEqual(['accept 5', 'late 4']) // prettier-ignore
  })

  it('lets through what is parked when nothing follows', () => {
    const buffer = createOrderBuffer(policy)
    buffer.arrive(volume(1), 0)
    buffer.arrive(volume(3), 1)
    expect(words(buffer.end(10))).toEqual([
      'lost 0 after 10',
      'accept 1',
      'lost 2 after 9',
      'accept 3',
    ])
    expect([buffer.nParked, buffer.deadlineMs]).toEqual([0, null])
  })

  it('goes on where a session was, and knows what it had seen', () => {
    const hashes = new Map([0, 2].map((index) => [index, `a${index}`]))
    const buffer = createOrderBuffer(policy, { expected: 3, hashes })
    const arrivals = [volume(0), volume(1), volume(2, 'b'), volume(3)]
    expect(arrivals.flatMap((arrival) => words(buffer.arrive(arrival, 0)))).toEqual([
      'duplicate 0',
      'late 1',
      'conflict 2, kept a2',
      'accept 3',
    ])
  })
})

/** A run as it might arrive: some volumes lost, some twice, some with other bytes, in any order, with pauses. */
const streams = fc
  .record({
    indices: fc.array(fc.integer({ min: 0, max: 15 }), { maxLength: 40 }),
    contents: fc.infiniteStream(fc.constantFrom('a', 'a', 'a', 'b')),
    pauses: fc.infiniteStream(fc.integer({ min: 0, max: 400 })),
    ticks: fc.infiniteStream(fc.boolean()),
    maxParked: fc.integer({ min: 0, max: 4 }),
  })
  .map(({ indices, contents, pauses, ticks, maxParked }) => {
    let now = 0
    const steps = indices.flatMap((index) => {
      now += pauses.next().value
      const arrival = { at: now, arrival: volume(index, contents.next().value as string) }
      return ticks.next().value ? [{ at: now }, arrival] : [arrival]
    })
    return { steps, maxParked, end: now }
  })

describe('whatever arrives', () => {
  it('every index up to the last accepted one is accepted or lost, once, in order', () => {
    fc.assert(
      fc.property(streams, ({ steps, maxParked, end }) => {
        const buffer = createOrderBuffer({ ...policy, maxParked })
        const decisions = steps.flatMap((step) =>
          'arrival' in step ? buffer.arrive(step.arrival, step.at) : buffer.tick(step.at),
        )
        decisions.push(...buffer.end(end))
        const settled = decisions.flatMap((decision) => {
          if (decision.type === 'lost') return [decision.index]
          return decision.type === 'accept' ? [decision.volume.index] : []
        })
        expect(settled).toEqual(settled.map((_, i) => i))
        expect(buffer.expected).toBe(settled.length)
      }),
    )
  })

  it('every arrival has exactly one outcome, and the bytes accepted are the first that came', () => {
    fc.assert(
      fc.property(streams, ({ steps, maxParked, end }) => {
        const buffer = createOrderBuffer({ ...policy, maxParked })
        const arrivals = steps.flatMap((step) => ('arrival' in step ? [step.arrival] : []))
        const decisions = steps.flatMap((step) =>
          'arrival' in step ? buffer.arrive(step.arrival, step.at) : buffer.tick(step.at),
        )
        decisions.push(...buffer.end(end))
        const outcomes = decisions.flatMap((decision) =>
          decision.type === 'lost' || decision.type === 'parked' ? [] : [decision.volume],
        )
        expect(new Set(outcomes)).toEqual(new Set(arrivals))
        expect(outcomes).toHaveLength(arrivals.length)
        for (const decision of decisions) {
          if (decision.type !== 'accept') continue
          const first = arrivals.find(({ index }) => index === decision.volume.index)
          expect(decision.volume).toBe(first)
        }
      }),
    )
  })

  it('nobody waits longer than allowed, nor do more wait than allowed', () => {
    fc.assert(
      fc.property(streams, ({ steps, maxParked }) => {
        const buffer = createOrderBuffer({ ...policy, maxParked })
        const since = new Map<number, number>()
        for (const step of steps) {
          // The clock is looked at whenever the buffer asks for it, as the session does.
          for (let due = buffer.deadlineMs; due !== null && due <= step.at; due = buffer.deadlineMs)
            settle(buffer.tick(due), due)
          settle('arrival' in step ? buffer.arrive(step.arrival, step.at) : [], step.at)
          expect(buffer.nParked).toBeLessThanOrEqual(maxParked)
        }
        function settle(decisions: readonly OrderDecision<Arrival>[], at: number): void {
          for (const decision of decisions) {
            if (decision.type === 'parked') since.set(decision.volume.index, at)
            if (decision.type !== 'accept') continue
            const waited = at - (since.get(decision.volume.index) ?? at)
            expect(waited).toBeLessThanOrEqual(policy.maxWaitMs)
          }
        }
      }),
    )
  })

  it('without losses any order of arrival gives the run', () => {
    const orders = fc.shuffledSubarray(
      Array.from({ length: 12 }, (_, i) => i),
      { minLength: 12 },
    )
    fc.assert(
      fc.property(orders, (order) => {
        const buffer = createOrderBuffer({ ...policy, maxParked: 12 })
        const decisions = order.flatMap((index) => buffer.arrive(volume(index), 0))
        const accepted = decisions.flatMap((one) =>
          one.type === 'accept' ? [one.volume.index] : [],
        )
        expect(accepted).toEqual(order.map((_, i) => i))
      }),
    )
  })
})
