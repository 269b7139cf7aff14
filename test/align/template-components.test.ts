import { describe, expect, it } from 'vitest'
import { fitTemplateComponents } from '../../src/align/template-components.ts'
import { createRng } from '../../src/core/rng.ts'
import { columnMeans, matrix, multiply, subtractRow } from '../../src/math/matrix.ts'
import { identity, largestDifference, randomMatrix, randomOfRank } from '../math/_random.ts'

describe('fitTemplateComponents', () => {
  it('finds the line that points lie on', () => {
    const { axes, scores, mean, explained } = fitTemplateComponents(
      matrix(3, 2, Float64Array.of(1, 1, 4, 5, 7, 9)),
      1,
    )
    expect(mean).toEqual(Float64Array.of(4, 5))
    expect(axes.data[0]).toBeCloseTo(0.6, 14)
    expect(axes.data[1]).toBeCloseTo(0.8, 14)
    expect(Array.from(scores.data, Math.round)).toEqual([-5, 0, 5])
    expect(explained[0]).toBeCloseTo(1, 14)
  })

  it('keeps everything when all components are kept', () => {
    const template = randomMatrix(createRng(1), 30, 6)
    const { axes, scores, explained } = fitTemplateComponents(template, 6)
    expect(largestDifference(multiply(axes, axes, { transB: true }), identity(6))).toBeLessThan(
      1e-12,
    )
    const centred = subtractRow(template, columnMeans(template))
    expect(largestDifference(multiply(scores, axes), centred)).toBeLessThan(1e-12)
    expect(explained.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
    expect(Array.from(explained)).toEqual(Array.from(explained).sort((a, b) => b - a))
  })

  it('chooses the same sign when the template is turned upside down', () => {
    const template = randomMatrix(createRng(2), 30, 6)
    const negative = matrix(
      30,
      6,
      template.data.map((value) => -value),
    )
    const [a, b] = [fitTemplateComponents(template, 3), fitTemplateComponents(negative, 3)]
    expect(largestDifference(a.axes, b.axes)).toBeLessThan(1e-10)
  })

  it('refuses more components than the template has', () => {
    const template = randomOfRank(createRng(3), 10, 8, 2)
    expect(() => fitTemplateComponents(template, 3)).toThrow(/1\.\.2/)
    expect(() => fitTemplateComponents(template, 0)).toThrow(/whole number/)
  })
})
