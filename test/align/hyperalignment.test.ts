import { describe, expect, it } from 'vitest'
import { applyAlignedMap } from '../../src/align/aligned-map.ts'
import { alignToCommonSpace, hyperalign } from '../../src/align/hyperalignment.ts'
import { createRng } from '../../src/core/rng.ts'
import type { Matrix64 } from '../../src/core/types.ts'
import { matrix, multiply } from '../../src/math/matrix.ts'
import { largestDifference, randomMatrix, randomOrthogonal } from '../math/_random.ts'
import { columnCorrelation, simulateSubjects } from './_subjects.ts'

const alignedBy = ({ maps }: ReturnType<typeof hyperalign>, subjects: readonly Matrix64[]) =>
  subjects.map((subject, i) => applyAlignedMap(maps[i]!, subject))

describe('hyperalign', () => {
  it('brings rotated copies of one subject together exactly', () => {
    const rng = createRng(1)
    const original = randomMatrix(rng, 25, 6)
    const subjects = [original, multiply(original, randomOrthogonal(rng, 6))]
    const [first, second] = alignedBy(hyperalign(subjects, { zscoreCommon: false }), subjects)
    expect(largestDifference(first!, second!)).toBeLessThan(1e-12)
    expect(largestDifference(first!, original)).toBeLessThan(1e-12)
  })

  it.each([
    ['more rows than voxels', [8, 8, 8], 40],
    ['fewer rows than voxels', [60, 70, 50], 15],
  ])('makes responses agree: %s', (_, voxels, nRows) => {
    const subjects = simulateSubjects(createRng(2), voxels, { nRows })
    const aligned = alignedBy(hyperalign(subjects), subjects)
    expect(columnCorrelation(aligned[0]!, aligned[1]!)).toBeGreaterThan(0.7)
    expect(columnCorrelation(aligned[1]!, aligned[2]!)).toBeGreaterThan(0.7)
  })

  it.each([
    [40, [9, 9, 9]],
    [12, [30, 30, 30]],
  ])('aligned data do not change when a subject is rotated (%d rows)', (nRows, voxels) => {
    const rng = createRng(3)
    const subjects = simulateSubjects(rng, voxels, { nRows })
    const rotated = [...subjects]
    rotated[1] = multiply(subjects[1]!, randomOrthogonal(rng, voxels[1]!))
    const before = alignedBy(hyperalign(subjects), subjects)
    const after = alignedBy(hyperalign(rotated), rotated)
    before.forEach((space, i) => expect(largestDifference(space, after[i]!)).toBeLessThan(1e-8))
  })

  it('maps new volumes with the signal that calibration revealed', () => {
    const rng = createRng(4)
    const all = simulateSubjects(rng, [50, 50, 50], { nRows: 60, noise: 0.1 })
    const part = ({ data, nCols }: Matrix64, from: number, to: number): Matrix64 =>
      matrix(to - from, nCols, data.slice(from * nCols, to * nCols))
    const result = hyperalign(all.map((subject) => part(subject, 0, 30)))
    const [a, b] = alignedBy(
      result,
      all.map((subject) => part(subject, 30, 60)),
    )
    expect(columnCorrelation(a!, b!)).toBeGreaterThan(0.9)
  })

  it('starts from the first of the widest subjects, or from the one asked for', () => {
    const subjects = simulateSubjects(createRng(5), [5, 7, 7])
    expect(hyperalign(subjects).reference).toBe(1)
    expect(hyperalign(subjects).commonSpace.nCols).toBe(7)
    expect(hyperalign(subjects, { reference: 0 }).commonSpace.nCols).toBe(5)
  })

  it('z-scores subjects inside their maps, so that raw volumes can be mapped', () => {
    const subjects = simulateSubjects(createRng(6), [6, 6, 6])
    const inflated = subjects.map(({ data, nRows, nCols }, s) =>
      matrix(
        nRows,
        nCols,
        data.map((value, i) => 100 * s + (1 + (i % nCols)) * value),
      ),
    )
    const options = { zscoreAll: true }
    const plain = alignedBy(hyperalign(subjects, options), subjects)
    const raw = alignedBy(hyperalign(inflated, options), inflated)
    plain.forEach((space, i) => expect(largestDifference(space, raw[i]!)).toBeLessThan(1e-9))
  })

  it('survives voxels and subjects without variance', () => {
    const subjects = simulateSubjects(createRng(7), [6, 6, 6])
    for (let i = 0; i < 40; i++) subjects[0]!.data[i * 6 + 2] = 3
    subjects[2]!.data.fill(1)
    const { commonSpace, maps } = hyperalign(subjects)
    for (const { data } of [commonSpace, ...maps.map(({ right }) => right)])
      expect(data.every(Number.isFinite)).toBe(true)
    expect(maps[2]!.rank).toBe(0)
  })

  it('refuses one subject, unmatched rows and an unknown reference', () => {
    const subjects = simulateSubjects(createRng(8), [4, 4])
    expect(() => hyperalign(subjects.slice(1))).toThrow(/at least 2/)
    expect(() => hyperalign([subjects[0]!, matrix(3, 4)])).toThrow(/3 in subject 1/)
    expect(() => hyperalign(subjects, { reference: 2 })).toThrow(/index in 0\.\.1/)
  })
})

describe('alignToCommonSpace', () => {
  it('gives a training subject the map it has already', () => {
    const subjects = simulateSubjects(createRng(9), [8, 8, 8])
    for (const zscoreAll of [false, true]) {
      const { commonSpace, maps } = hyperalign(subjects, { zscoreAll })
      const again = alignToCommonSpace(subjects[1]!, commonSpace, { zscoreAll })
      expect(largestDifference(again.right, maps[1]!.right)).toBeLessThan(1e-12)
      expect(again.scale).toBeCloseTo(maps[1]!.scale, 12)
    }
  })
})
