import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  planLearningCurve,
  sufficientMinutes,
  summarizeLearningCurve,
  type LearningScore,
} from '../../src/evaluate/learning-curve.ts'

const run = (nVolumes: number, trSeconds = 2) => ({ nVolumes, trSeconds })

describe('planLearningCurve', () => {
  it('halves volumes, or adds runs, by hand', () => {
    expect(planLearningCurve([run(30), run(15)], 'volume', 11)).toEqual([
      { minutes: 11 / 30, nVolumes: [11, 0] },
      { minutes: 22 / 30, nVolumes: [22, 0] },
      { minutes: 1.5, nVolumes: [30, 15] },
    ])
    expect(planLearningCurve([run(30), run(15), run(60, 1)], 'run')).toEqual([
      { minutes: 1, nVolumes: [30, 0, 0] },
      { minutes: 1.5, nVolumes: [30, 15, 0] },
      { minutes: 2.5, nVolumes: [30, 15, 60] },
    ])
  })

  it('grows by beginnings, up to the whole calibration', () => {
    const runs = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(runs, fc.constantFrom('run' as const, 'volume' as const), (sizes, unit) => {
        const plan = planLearningCurve(
          sizes.map((size) => run(size)),
          unit,
        )
        expect(plan.at(-1)!.nVolumes).toEqual(sizes)
        plan.forEach(({ nVolumes, minutes }, step) => {
          nVolumes.forEach((n, r) => {
            // A run is entered only when the one before is used up.
            if (n > 0 && r > 0) expect(nVolumes[r - 1]).toBe(sizes[r - 1])
          })
          if (step > 0) expect(minutes).toBeGreaterThan(plan[step - 1]!.minutes)
        })
      }),
    )
  })

  it('has one point for a calibration that is too short to cut, none without runs', () => {
    expect(planLearningCurve([run(7)], 'volume').map(({ nVolumes }) => nVolumes)).toEqual([[7]])
    expect(planLearningCurve([], 'volume')).toEqual([])
    expect(planLearningCurve([], 'run')).toEqual([])
  })
})

const score = (subject: string, step: number, minutes: number, value: number): LearningScore => ({
  ...{ subject, step, minutes },
  score: value,
})

const four = [
  score('01', 1, 4, 0.8),
  score('01', 0, 2, 0.5),
  score('02', 0, 3, 0.7),
  score('02', 1, 6, 0.8),
]

describe('summarizeLearningCurve', () => {
  it('averages subjects at each step, in any order', () => {
    const curve = summarizeLearningCurve(four)
    expect(curve.map(({ minutes, nSubjects }) => [minutes, nSubjects])).toEqual([
      [2.5, 2],
      [5, 2],
    ])
    expect(curve[0]!.mean).toBeCloseTo(0.6, 12)
    expect(curve[0]!.sd).toBeCloseTo(0.1 * Math.SQRT2, 12)
    expect(summarizeLearningCurve(four.toReversed())).toEqual(curve)
    expect(summarizeLearningCurve([])).toEqual([])
  })

  it('refuses points of different subjects', () => {
    expect(() => summarizeLearningCurve(four.slice(1))).toThrow(/one score of sub-01.*found 0/)
    expect(() => summarizeLearningCurve([...four, four[0]!])).toThrow(/found 2/)
  })
})

describe('sufficientMinutes', () => {
  const curve = (...means: number[]) =>
    summarizeLearningCurve(means.map((mean, step) => score('01', step, 2 ** step, mean)))

  it('finds where the curve stays near its end', () => {
    expect(sufficientMinutes(curve(0.4, 0.6, 0.8, 0.82), 0.33)).toBe(4)
    expect(sufficientMinutes(curve(0.82, 0.4, 0.8, 0.82), 0.33)).toBe(4)
    expect(sufficientMinutes(curve(0.4, 0.6, 0.8, 0.82), 0.33, 0.5)).toBe(2)
    expect(sufficientMinutes(curve(0.9, 0.9), 0.5)).toBe(1)
  })

  it('has no answer at chance, or without points', () => {
    expect(sufficientMinutes(curve(0.4, 0.33), 0.33)).toBeNull()
    expect(sufficientMinutes([], 0.5)).toBeNull()
  })
})
