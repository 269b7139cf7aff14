import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startMaps, updateMap } from '../../src/align/shared-response.ts'
import { createRng } from '../../src/core/rng.ts'
import { matrix, multiply, transpose } from '../../src/math/matrix.ts'
import { identity, largestDifference, randomMatrix } from '../math/_random.ts'
import { simulateSubjects } from './_subjects.ts'

describe('startMaps', () => {
  it('draws orthonormal maps, the same for the same seed', () => {
    const subjects = simulateSubjects(createRng(1), [8, 11])
    const maps = startMaps(subjects, { nFeatures: 3, rng: createRng(5) })
    for (const [s, map] of maps.entries()) {
      expect([map.nRows, map.nCols]).toEqual([3, subjects[s]!.nCols])
      const gram = multiply(map, map, { transB: true })
      expect(largestDifference(gram, identity(3))).toBeLessThan(1e-12)
    }
    expect(startMaps(subjects, { nFeatures: 3, rng: createRng(5) })).toEqual(maps)
    expect(startMaps(subjects, { nFeatures: 3, rng: createRng(6) })).not.toEqual(maps)
  })

  it('takes the maps that it is given', () => {
    const subjects = simulateSubjects(createRng(2), [4, 4])
    const given = startMaps(subjects, { nFeatures: 2, rng: createRng(1) }).map(transpose)
    const maps = startMaps(subjects, { nFeatures: 2, initialMaps: given })
    expect(maps.map(transpose)).toEqual(given)
  })

  it('refuses what cannot be fitted, with the reason', () => {
    const subjects = simulateSubjects(createRng(3), [4, 6], { nRows: 5 })
    const rng = createRng(1)
    expect(() => startMaps(subjects.slice(1), { nFeatures: 2, rng })).toThrow(/at least 2/)
    expect(() => startMaps(subjects, { nFeatures: 5, rng })).toThrow(/1\.\.4.*found 5/)
    expect(() => startMaps(subjects, { nFeatures: 0, rng })).toThrow(/found 0/)
    expect(() => startMaps(subjects, { nFeatures: 2, iterations: 0, rng })).toThrow(/iterations/)
    expect(() => startMaps([subjects[0]!, matrix(7, 4)], { nFeatures: 2, rng })).toThrow(
      /5 rows, as in subject 0; found 7 in subject 1/,
    )
    const holed = matrix(5, 4)
    holed.data[6] = NaN
    expect(() => startMaps([subjects[0]!, holed], { nFeatures: 2, rng })).toThrow(
      /subject 1.*NaN in row 1, voxel 2/,
    )
    const initialMaps = [matrix(4, 2), matrix(4, 2)]
    expect(() => startMaps(subjects, { nFeatures: 2, initialMaps })).toThrow(/6 x 2; found 4 x 2/)
    expect(() => startMaps(subjects, { nFeatures: 2, initialMaps: [matrix(4, 2)] })).toThrow(
      /found no map/,
    )
  })
})

describe('updateMap', () => {
  it('finds the direction of a response with one feature', () => {
    const shared = matrix(2, 1, Float64Array.of(1, -1))
    const subject = matrix(2, 2, Float64Array.of(3, 4, -3, -4))
    const { map, product } = updateMap(shared, subject)
    expect(Array.from(product.data)).toEqual([6, 8])
    expect(map.data[0]).toBeCloseTo(0.6, 3)
    expect(map.data[1]).toBeCloseTo(0.8, 3)
  })

  it('is orthonormal and agrees with the data at least as well as any other orthonormal map, but for the nudge', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const rng = createRng(seed)
        const [shared, subject] = [randomMatrix(rng, 9, 3), randomMatrix(rng, 9, 7)]
        const { map, product } = updateMap(shared, subject)
        expect(largestDifference(multiply(map, map, { transB: true }), identity(3))).toBeLessThan(
          1e-12,
        )
        const [other] = startMaps([subject, subject], { nFeatures: 3, rng })
        const agreement = (candidate: typeof map): number =>
          candidate.data.reduce((sum, value, i) => sum + value * product.data[i]!, 0)
        // Twice the nudge times K is the most that it can cost.
        expect(agreement(map)).toBeGreaterThan(agreement(other!) - 0.006)
      }),
      { numRuns: 30 },
    )
  })

  it('takes the first voxels where the data say nothing', () => {
    const { map } = updateMap(matrix(4, 2), matrix(4, 3))
    expect(Array.from(map.data)).toEqual([1, 0, 0, 0, 1, 0])
  })
})
