import { describe, expect, it } from 'vitest'
import { alignInTurn, alignToOthers, average } from '../../src/align/hyperalignment-levels.ts'
import { prepareSource } from '../../src/align/rotation.ts'
import { createRng } from '../../src/core/rng.ts'
import { matrix, multiply } from '../../src/math/matrix.ts'
import { largestDifference, randomMatrix, randomOrthogonal } from '../math/_random.ts'
import { simulateSubjects } from './_subjects.ts'

const plain = {
  scaling: true,
  equalWeight: false,
  standardize: (space: ReturnType<typeof matrix>) => space,
}

describe('average', () => {
  it('is the mean, element by element', () => {
    const spaces = [matrix(1, 2, Float64Array.of(1, 4)), matrix(1, 2, Float64Array.of(3, 0))]
    expect(average(spaces)).toEqual(matrix(1, 2, Float64Array.of(2, 2)))
  })
})

describe('alignInTurn', () => {
  it('leaves the reference as it is and turns rotated copies onto it', () => {
    const rng = createRng(1)
    const start = randomMatrix(rng, 20, 5)
    const copies = [multiply(start, randomOrthogonal(rng, 5)), start]
    const { aligned, residuals } = alignInTurn(copies.map(prepareSource), start, 1, plain)
    expect(aligned[1]).toBe(start)
    expect(largestDifference(aligned[0]!, start)).toBeLessThan(1e-12)
    expect(residuals[0]).toBeLessThan(1e-11)
    expect(residuals[1]).toBe(0)
  })

  it('weighs newcomers differently with equal weights', () => {
    const subjects = simulateSubjects(createRng(2), [5, 5, 5, 5])
    const sources = subjects.map(prepareSource)
    const usual = alignInTurn(sources, subjects[0]!, 0, plain)
    const weighted = alignInTurn(sources, subjects[0]!, 0, { ...plain, equalWeight: true })
    expect(weighted.aligned[1]).toEqual(usual.aligned[1])
    expect(largestDifference(weighted.aligned[3]!, usual.aligned[3]!)).toBeGreaterThan(1e-3)
  })
})

describe('alignToOthers', () => {
  it('changes nothing once all agree', () => {
    const rng = createRng(3)
    const start = randomMatrix(rng, 20, 5)
    const sources = [0, 1, 2].map(() => prepareSource(multiply(start, randomOrthogonal(rng, 5))))
    const { aligned, residuals } = alignToOthers(sources, [start, start, start], plain)
    for (const space of aligned) expect(largestDifference(space, start)).toBeLessThan(1e-12)
    expect(Math.max(...residuals)).toBeLessThan(1e-11)
  })

  it('does not depend on the order of subjects', () => {
    const subjects = simulateSubjects(createRng(4), [6, 6, 6])
    const forward = alignToOthers(subjects.map(prepareSource), subjects, plain).aligned
    const backward = alignToOthers(
      subjects.toReversed().map(prepareSource),
      subjects.toReversed(),
      plain,
    ).aligned
    forward.forEach((space, i) =>
      expect(largestDifference(space, backward[2 - i]!)).toBeLessThan(1e-12),
    )
  })
})
