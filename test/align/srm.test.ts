import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitSrm } from '../../src/align/srm.ts'
import { createRng } from '../../src/core/rng.ts'
import { matrix, multiply, subtractRow } from '../../src/math/matrix.ts'
import { identity, largestDifference, randomOrthogonal } from '../math/_random.ts'
import { columnCorrelation, simulateSubjects } from './_subjects.ts'

const one = matrix(1, 1, Float64Array.of(1))

describe('fitSrm', () => {
  it('does one step by hand: two subjects of one voxel that agree', () => {
    const subject = matrix(2, 1, Float64Array.of(4, 0))
    const { shared, maps, means, covariance, noiseVariances } = fitSrm([subject, subject], {
      nFeatures: 1,
      iterations: 1,
      initialMaps: [one, one],
    })
    // Centred +-2; posterior variance 1 / (1 + 2) and so +-4/3; covariance 1/3 + 16/9.
    expect(shared.data[0]).toBeCloseTo(4 / 3, 12)
    expect(shared.data[1]).toBeCloseTo(-4 / 3, 12)
    expect(maps.map(({ data }) => data[0])).toEqual([1, 1])
    expect(means.map((mean) => mean[0])).toEqual([2, 2])
    expect(covariance.data[0]).toBeCloseTo(19 / 9, 12)
    // (16 - 2 * 16/3 + 2 * 19/9) / 2, the 16 being the squares before centring.
    expect(noiseVariances[0]).toBeCloseTo((16 - 32 / 3 + 38 / 9) / 2, 12)
  })

  it('finds the response that simulated subjects share, with more voxels than rows too', () => {
    for (const voxels of [
      [12, 15, 14],
      [70, 60, 80],
    ]) {
      const subjects = simulateSubjects(createRng(4), voxels, { nLatent: 4 })
      const { shared, maps, means, noiseVariances } = fitSrm(subjects, {
        nFeatures: 4,
        rng: createRng(1),
      })
      subjects.forEach((subject, s) => {
        const seen = multiply(subtractRow(subject, means[s]!), maps[s]!)
        expect(columnCorrelation(seen, shared)).toBeGreaterThan(0.9)
        const gram = multiply(maps[s]!, maps[s]!, { transA: true })
        expect(largestDifference(gram, identity(4))).toBeLessThan(1e-12)
        expect(noiseVariances[s]).toBeGreaterThan(0.1)
      })
    }
  })

  it('is plain data, the same for the same seed', () => {
    const subjects = simulateSubjects(createRng(5), [6, 7])
    const fit = (seed: number) => fitSrm(subjects, { nFeatures: 3, rng: createRng(seed) })
    expect(structuredClone(fit(1))).toEqual(fit(1))
    expect(fit(2)).not.toEqual(fit(1))
  })

  it('gives the same response when the voxels of a subject are turned, but for the nudge', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const rng = createRng(seed)
        const subjects = simulateSubjects(rng, [6, 6], { nLatent: 2, nRows: 20 })
        const initialMaps = subjects.map(() => firstColumns(randomOrthogonal(rng, 6), 2))
        const turn = randomOrthogonal(rng, 6)
        const turned = [multiply(subjects[0]!, turn), subjects[1]!]
        const turnedMaps = [multiply(turn, initialMaps[0]!, { transA: true }), initialMaps[1]!]
        const plain = fitSrm(subjects, { nFeatures: 2, initialMaps })
        const other = fitSrm(turned, { nFeatures: 2, initialMaps: turnedMaps })
        expect(largestDifference(plain.shared, other.shared)).toBeLessThan(0.05)
      }),
      { numRuns: 20 },
    )
  })

  it('stays finite with a blank subject, and with as many features as rows', () => {
    const subjects = simulateSubjects(createRng(6), [6, 6], { nRows: 5 })
    const withBlank = fitSrm([...subjects, matrix(5, 6)], { nFeatures: 5, rng: createRng(1) })
    for (const { data } of [withBlank.shared, withBlank.covariance, ...withBlank.maps])
      expect(data.every(Number.isFinite)).toBe(true)
    expect(withBlank.noiseVariances.every((variance) => variance > 0)).toBe(true)
  })
})

function firstColumns(source: ReturnType<typeof matrix>, nCols: number) {
  const result = matrix(source.nRows, nCols)
  for (let i = 0; i < source.nRows; i++)
    for (let j = 0; j < nCols; j++) result.data[i * nCols + j] = source.data[i * source.nCols + j]!
  return result
}
