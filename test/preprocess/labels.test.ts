import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TimedEvent } from '../../src/preprocess/hrf.ts'
import { labelVolumes, type LabelOptions } from '../../src/preprocess/labels.ts'

const events: TimedEvent[] = [
  { onset: 4, duration: 6, trialType: 'sad' },
  { onset: 10, duration: 4, trialType: 'table' },
]
const shift: LabelOptions = {
  classes: { negative: ['sad', 'angry'], neutral: ['table'] },
  nVolumes: 10,
  trSeconds: 2,
  method: { kind: 'shift', lagSeconds: 0 },
}

describe('labelVolumes by a lag', () => {
  it('labels the volumes whose time lies in a block, its end excluded', () => {
    const { labels, classNames, counts, nDropped } = labelVolumes(events, shift)
    expect([...labels]).toEqual([-1, -1, 0, 0, 0, 1, 1, -1, -1, -1])
    expect(classNames).toEqual(['negative', 'neutral'])
    expect(counts).toEqual({ negative: 3, neutral: 2 })
    expect(nDropped).toBe(5)
  })

  it('moves with the lag and calls the rest rest', () => {
    const method = { kind: 'shift', lagSeconds: 4 } as const
    const { labels, classNames } = labelVolumes(events, { ...shift, restClass: 'rest', method })
    expect([...labels]).toEqual([2, 2, 2, 2, 0, 0, 0, 1, 1, 2])
    expect(classNames).toEqual(['negative', 'neutral', 'rest'])
  })

  it('takes a trial type named like the rest class, or listed under it, for rest', () => {
    const withRest = [...events, { onset: 14, duration: 6, trialType: 'rest' }]
    const named = labelVolumes(withRest, { ...shift, restClass: 'rest' })
    expect([...named.labels]).toEqual([2, 2, 0, 0, 0, 1, 1, 2, 2, 2])
    const listed = labelVolumes(withRest, {
      ...shift,
      classes: { rest: ['rest'], negative: ['sad'], neutral: ['table'] },
    })
    expect([...listed.labels]).toEqual([-1, -1, 1, 1, 1, 2, 2, 0, 0, 0])
  })

  it('drops volumes near a change of class only', () => {
    const parts: TimedEvent[] = [
      { onset: 4, duration: 4, trialType: 'sad' },
      { onset: 8, duration: 6, trialType: 'angry' },
    ]
    const method = { kind: 'shift', lagSeconds: 0, transitionSeconds: 1 } as const
    const { labels } = labelVolumes(parts, { ...shift, restClass: 'rest', method })
    expect([...labels]).toEqual([2, 2, -1, 0, 0, 0, 0, -1, 2, 2])
  })

  it('drops volumes under two classes at once, and under a trial type that no class names', () => {
    const overlap = [...events, { onset: 6, duration: 6, trialType: 'table' }]
    expect([...labelVolumes(overlap, shift).labels].slice(2, 6)).toEqual([0, -1, -1, 1])
    const other = [...events, { onset: 16, duration: 2, trialType: 'happy' }]
    const { labels, unlistedTrialTypes } = labelVolumes(other, { ...shift, restClass: 'rest' })
    expect([...labels].slice(7)).toEqual([2, -1, 2])
    expect(unlistedTrialTypes).toEqual(['happy'])
  })
})

describe('labelVolumes by the response', () => {
  const hrf: LabelOptions = {
    ...shift,
    nVolumes: 60,
    restClass: 'rest',
    method: { kind: 'hrf' },
  }
  const blocks: TimedEvent[] = [
    { onset: 20, duration: 20, trialType: 'sad' },
    { onset: 70, duration: 20, trialType: 'table' },
  ]

  it('follows the block some seconds late, with transitions between class and rest', () => {
    const { labels } = labelVolumes(blocks, hrf)
    expect([...labels].slice(0, 11)).toEqual(new Array(11).fill(2))
    expect(labels[12]).toBe(-1)
    expect([...labels].slice(14, 21)).toEqual(new Array(7).fill(0))
    expect([...labels].slice(39, 46)).toEqual(new Array(7).fill(1))
    expect(labels[59]).toBe(2)
  })

  it('drops what is not above the threshold when no class is rest', () => {
    const withoutRest = { ...shift, nVolumes: 60, method: { kind: 'hrf' } } as const
    const { labels, classNames } = labelVolumes(blocks, withoutRest)
    expect(classNames).toEqual(['negative', 'neutral'])
    expect(labels[0]).toBe(-1)
    expect(labels[16]).toBe(0)
  })

  it('never calls rest what follows a trial type that no class names', () => {
    const { labels } = labelVolumes(
      [...blocks, { onset: 96, duration: 16, trialType: 'happy' }],
      hrf,
    )
    expect([...labels].slice(51, 57)).toEqual(new Array(6).fill(-1))
  })

  it('is all rest without events', () => {
    const { counts } = labelVolumes([], hrf)
    expect(counts).toEqual({ negative: 0, neutral: 0, rest: 60 })
  })
})

describe('labelVolumes', () => {
  const anyEvent = fc.record({
    onset: fc.double({ min: -30, max: 120, noNaN: true }),
    duration: fc.double({ min: 0, max: 30, noNaN: true }),
    trialType: fc.constantFrom('sad', 'angry', 'table', 'rest', 'happy'),
  })
  const anyMethod = fc.oneof(
    fc.record({
      kind: fc.constant('hrf' as const),
      threshold: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
    }),
    fc.record({ kind: fc.constant('shift' as const), lagSeconds: fc.integer({ min: 0, max: 8 }) }),
  )

  it('counts every volume once, and does not care in which order events are listed', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 8 }), anyMethod, (list, method) => {
        const options = { ...shift, nVolumes: 40, restClass: 'rest', method }
        const { labels, counts, nDropped } = labelVolumes(list, options)
        const counted = Object.values(counts).reduce((sum, n) => sum + n, nDropped)
        expect(counted).toBe(40)
        expect(labelVolumes([...list].reverse(), options).labels).toEqual(labels)
      }),
      // A fixed seed: classes that tie to the last bit may go either way when the sums run in another order.
      { numRuns: 60, seed: 1 },
    )
  })

  it('moves with the events: a later start by one TR moves the labels by one volume', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 5 }), (list) => {
        const options = { ...shift, nVolumes: 30 }
        const before = labelVolumes(list, options).labels
        const late = list.map((event) => ({ ...event, onset: event.onset + options.trSeconds }))
        // Rounding may move a border that lies exactly on a volume; such draws prove nothing.
        const moved = (was: number, is: number): boolean => is - options.trSeconds === was
        fc.pre(
          late.every(({ onset, duration }, i) => {
            const old = list[i]!.onset
            return (
              moved(old, onset) &&
              moved(old + duration, onset + duration) &&
              old + duration > old === duration > 0
            )
          }),
        )
        const after = labelVolumes(late, options).labels
        expect(after.slice(1)).toEqual(before.slice(0, -1))
      }),
      { numRuns: 60 },
    )
  })

  it('refuses volumes, times and events that cannot be used', () => {
    const refused = expect.objectContaining({ code: 'VALUE_INVALID' }) as Error
    expect(() => labelVolumes(events, { ...shift, nVolumes: 0 })).toThrow(refused)
    expect(() => labelVolumes(events, { ...shift, trSeconds: NaN })).toThrow(refused)
    expect(() => labelVolumes([{ onset: 1, duration: NaN, trialType: 'sad' }], shift)).toThrow(
      refused,
    )
  })

  it('refuses a trial type in two classes', () => {
    const classes = { negative: ['sad'], neutral: ['sad'] }
    expect(() => labelVolumes([], { ...shift, classes })).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    )
  })
})
