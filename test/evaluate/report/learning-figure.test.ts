import { expect, it } from 'vitest'
import type { LearningCurve, Statistic } from '../../../src/core/schemas/report.ts'
import { formatLearningCurve } from '../../../src/evaluate/report/learning-figure.ts'

const statistic = (mean: number): Statistic => ({
  ...{ mean, sd: 0.1, ci95: [mean - 0.05, mean + 0.05], ci99: [mean - 0.1, mean + 0.1] },
})
const curve: LearningCurve = {
  unit: 'runs',
  points: [1, 2, 3].map((amount) => ({
    ...{ amount, minutes: 4 * amount },
    ...{ accuracy: statistic(0.3 + amount / 10), balancedAccuracy: statistic(0.2 + amount / 10) },
  })),
}

it('draws every length in both panels and writes the same figures down', () => {
  const text = formatLearningCurve(curve, { uniform: 0.25, majority: 0.5 }).html
  expect(text.match(/<circle/g)).toHaveLength(6)
  expect(text).toContain('calibration (runs)')
  expect(text).toContain('.300')
  expect(text).toContain('12.0')
})

it('writes minutes once', () => {
  const headings = (unit: 'runs' | 'minutes'): string[] =>
    formatLearningCurve({ ...curve, unit }, { uniform: 0.25, majority: 0.5 }).html.match(
      /<th[^>]*>[^<]*minutes[^<]*/g,
    ) ?? []
  expect(headings('minutes')).toHaveLength(1)
  expect(headings('runs')).toHaveLength(1)
})

it('draws no interval of a single subject', () => {
  const { points } = curve
  const single = points.map((point) => ({ ...point, accuracy: { ...point.accuracy, ci95: null } }))
  expect(
    formatLearningCurve({ ...curve, points: single }, { uniform: 0.25, majority: 0.5 }).html,
  ).toContain('none')
})
