import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planLearningCurve, summarizeLearningCurve } from '../../src/evaluate/learning-curve.ts'
import type { Fold } from '../../src/core/schemas/report.ts'

const run = (nVolumes: number, trSeconds = 2) => ({ nVolumes, trSeconds })

describe('planLearningCurve', () => {
  it('cuts to minutes, or adds runs, by hand', () => {
    expect(planLearningCurve([run(30), run(15)], [1.2, 0.5, 9])).toEqual([
      { amount: 0.5, minutes: 0.5, nVolumes: [15, 0] },
      { amount: 1.2, minutes: 1.2, nVolumes: [30, 6] },
      { amount: 1.5, minutes: 1.5, nVolumes: [30, 15] },
    ])
    expect(planLearningCurve([run(30), run(15), run(60, 1)], 'runs')).toEqual([
      { amount: 1, minutes: 1, nVolumes: [30, 0, 0] },
      { amount: 2, minutes: 1.5, nVolumes: [30, 15, 0] },
      { amount: 3, minutes: 2.5, nVolumes: [30, 15, 60] },
    ])
  })

  it('grows by beginnings, up to the whole calibration', () => {
    const runs = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 })
    const amounts = fc.array(fc.double({ min: 0.01, max: 9, noNaN: true }), { maxLength: 4 })
    fc.assert(
      fc.property(runs, fc.oneof(fc.constant('runs' as const), amounts), (sizes, wanted) => {
        const plan = planLearningCurve(
          sizes.map((size) => run(size)),
          wanted,
        )
        expect(plan.at(-1)!.nVolumes).toEqual(sizes)
        plan.forEach(({ nVolumes, minutes, amount }, step) => {
          nVolumes.forEach((n, r) => {
            // A run is entered only when the one before is used up.
            if (n > 0 && r > 0) expect(nVolumes[r - 1]).toBe(sizes[r - 1])
          })
          if (wanted !== 'runs') expect(minutes).toBeLessThanOrEqual(amount + 1e-9)
          if (step > 0) expect(minutes).toBeGreaterThanOrEqual(plan[step - 1]!.minutes)
        })
      }),
    )
  })

  it('has one point for a calibration that is shorter than all amounts, none without runs', () => {
    expect(planLearningCurve([run(7)], [1, 2]).map(({ nVolumes }) => nVolumes)).toEqual([[7]])
    expect(planLearningCurve([], [1])).toEqual([])
    expect(planLearningCurve([], 'runs')).toEqual([])
  })
})

type Point = NonNullable<Fold['learningCurve']>['points'][number]

const fold = (...points: readonly (readonly [amount: number, score: number])[]) => ({
  learningCurve: {
    unit: 'minutes' as const,
    points: points.map(([amount, score]): Point => ({
      ...{ amount, minutes: amount, accuracy: score, balancedAccuracy: score / 2 },
    })),
  },
})

describe('summarizeLearningCurve', () => {
  it('averages over subjects at each amount, by hand', () => {
    const curve = summarizeLearningCurve([fold([1, 0.4], [3, 0.6]), fold([1, 0.6], [4, 0.8])])!
    expect(curve.unit).toBe('minutes')
    expect(curve.points.map(({ amount }) => amount)).toEqual([1, 3.5])
    expect(curve.points[0]!.accuracy.mean).toBeCloseTo(0.5, 12)
    expect(curve.points[0]!.balancedAccuracy.mean).toBeCloseTo(0.25, 12)
    expect(curve.points[1]!.accuracy.sd).toBeCloseTo(Math.SQRT2 / 10, 12)
  })

  it('leaves out an amount that a subject lacks, but never the whole calibration', () => {
    const curve = summarizeLearningCurve([fold([1, 0.4], [2, 0.5], [3, 0.6]), fold([1, 0.6])])!
    expect(curve.points.map(({ amount }) => amount)).toEqual([2])
  })

  it('is nothing unless every fold has one', () => {
    expect(summarizeLearningCurve([])).toBeNull()
    expect(summarizeLearningCurve([{}, {}])).toBeNull()
    expect(summarizeLearningCurve([fold([1, 0.5]), {}])).toBeNull()
  })
})
