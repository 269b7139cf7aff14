import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodedSchema, type Decoded } from '../../../src/core/schemas/feedback.ts'
import type { Smoothing } from '../../../src/core/schemas/session.ts'
import { createFeedbackMaker } from '../../../src/realtime/decode/feedback-maker.ts'

const classes = ['sad', 'happy']
const make = (smoothing: Smoothing = { kind: 'none' }, minVolumes = 0) =>
  createFeedbackMaker({ smoothing, minVolumes }, classes)
const raw = (...probabilities: number[]) => ({ probabilities, motion: null })
const smoothedOf = ({ smoothed }: Decoded): number[] => Object.values(smoothed ?? {})

describe('createFeedbackMaker', () => {
  it('names the classes, the most probable one, and how sure it is', () => {
    const decoded = make().decoded(4, raw(0.25, 0.75))
    expect(decoded).toEqual({
      volume: 4,
      status: 'feedback',
      reason: null,
      probabilities: { sad: 0.25, happy: 0.75 },
      smoothed: { sad: 0.25, happy: 0.75 },
      predicted: 'happy',
      confidence: 0.75,
      motion: null,
    })
    expect(decodedSchema.parse(decoded)).toEqual(decoded)
  })

  it('takes the first of equals', () => {
    expect(make().decoded(0, raw(0.5, 0.5)).predicted).toBe('sad')
  })

  it('says why there is nothing to say', () => {
    const maker = make({ kind: 'none' }, 2)
    const motion = { translationMm: [1, 2, 3], rotationDeg: [0, 0, 0], framewiseDisplacementMm: null } as Decoded['motion'] // prettier-ignore
    const young = maker.decoded(0, { probabilities: [0.1, 0.9], motion })
    expect(young).toMatchObject({ status: 'no-feedback', reason: 'warming-up', motion })
    expect(maker.missing(1, 'lost')).toMatchObject({ reason: 'lost', probabilities: null })
    expect(maker.decoded(2, raw(0.1, 0.9)).reason).toBe('warming-up')
    expect(maker.decoded(3, raw(0.1, 0.9)).reason).toBeNull()
    expect(maker.decoded(4, { probabilities: null, motion: null }).reason).toBe('warming-up')
  })

  it('smooths by the mean of the latest volumes with feedback', () => {
    const maker = make({ kind: 'mean', volumes: 2 })
    const given = [raw(1, 0), raw(0, 1), raw(0, 1)].map((one, i) => maker.decoded(i, one))
    expect(given.map(smoothedOf)).toEqual([
      [1, 0],
      [0.5, 0.5],
      [0, 1],
    ])
    expect(given[1]!.probabilities).toEqual({ sad: 0, happy: 1 })
  })

  it('smooths exponentially', () => {
    const maker = make({ kind: 'ema', alpha: 0.25 })
    const given = [raw(1, 0), raw(0, 1), raw(0, 1)].map((one, i) => maker.decoded(i, one))
    expect(given.map(smoothedOf)).toEqual([
      [1, 0],
      [0.75, 0.25],
      [0.5625, 0.4375],
    ])
  })

  it('restored from what it gave, goes on as if it had never stopped, bit for bit', () => {
    const smoothings = fc.oneof(
      fc.constant({ kind: 'none' } as const),
      fc.record({ kind: fc.constant('mean' as const), volumes: fc.integer({ min: 1, max: 5 }) }),
      fc.record({
        kind: fc.constant('ema' as const),
        alpha: fc.double({ min: 0.01, max: 1, noNaN: true }),
      }),
    )
    const shares = fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1, maxLength: 20 }) // prettier-ignore
    fc.assert(
      fc.property(smoothings, shares, fc.nat(20), fc.nat(4), (smoothing, run, cut, minVolumes) => {
        const whole = make(smoothing, minVolumes)
        const volumes = run.map((p, i) =>
          p === null ? whole.missing(i, 'lost') : whole.decoded(i, raw(p, 1 - p)),
        )
        const resumed = make(smoothing, minVolumes)
        // Through text, as from a log.
        for (const one of volumes.slice(0, cut))
          resumed.restore(JSON.parse(JSON.stringify(one)) as Decoded)
        for (const [i, p] of [...run.entries()].slice(cut)) {
          const again = p === null ? resumed.missing(i, 'lost') : resumed.decoded(i, raw(p, 1 - p))
          expect(JSON.stringify(again)).toBe(JSON.stringify(volumes[i]))
        }
      }),
    )
  })
})
