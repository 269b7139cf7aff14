import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitDetSrm } from '../../src/align/det-srm.ts'
import { createRng } from '../../src/core/rng.ts'
import { matrix, multiply } from '../../src/math/matrix.ts'
import { identity, largestDifference } from '../math/_random.ts'
import { columnCorrelation, simulateSubjects } from './_subjects.ts'

describe('fitDetSrm', () => {
  it('averages subjects of one voxel, turning over the one that disagrees', () => {
    const subject = matrix(2, 1, Float64Array.of(3, -3))
    const opposite = matrix(2, 1, Float64Array.of(-1, 1))
    const initialMaps = [1, 1].map((value) => matrix(1, 1, Float64Array.of(value)))
    const { shared, maps, objective } = fitDetSrm([subject, opposite], {
      nFeatures: 1,
      iterations: 3,
      initialMaps,
    })
    expect(maps.map(({ data }) => data[0])).toEqual([1, -1])
    expect(Array.from(shared.data)).toEqual([2, -2])
    // Each row of each subject is 1 away from the response.
    expect(objective).toBe(1)
  })

  it('finds the response that simulated subjects share, with more voxels than rows too', () => {
    for (const voxels of [
      [12, 15, 14],
      [70, 60, 80],
    ]) {
      const subjects = simulateSubjects(createRng(4), voxels, { nLatent: 4 })
      const { shared, maps } = fitDetSrm(subjects, { nFeatures: 4, rng: createRng(1) })
      subjects.forEach((subject, s) => {
        expect(columnCorrelation(multiply(subject, maps[s]!), shared)).toBeGreaterThan(0.95)
        const gram = multiply(maps[s]!, maps[s]!, { transA: true })
        expect(largestDifference(gram, identity(4))).toBeLessThan(1e-12)
      })
    }
  })

  it('never gets worse with more iterations, but for the nudge', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const subjects = simulateSubjects(createRng(seed), [5, 7, 6], { nRows: 15 })
        const left = [1, 2, 5, 10].map(
          (iterations) =>
            fitDetSrm(subjects, { nFeatures: 3, iterations, rng: createRng(seed) }).objective,
        )
        for (let i = 1; i < left.length; i++)
          expect(left[i]).toBeLessThan(left[i - 1]! * (1 + 1e-3))
      }),
      { numRuns: 30 },
    )
  })

  it('stays finite with a blank subject', () => {
    const subjects = simulateSubjects(createRng(6), [6, 6], { nRows: 5 })
    const { shared, objective } = fitDetSrm([...subjects, matrix(5, 6)], {
      nFeatures: 2,
      rng: createRng(1),
    })
    expect(shared.data.every(Number.isFinite)).toBe(true)
    expect(objective).toBeGreaterThan(0)
  })
})
