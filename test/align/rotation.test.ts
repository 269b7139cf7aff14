import { describe, expect, it } from 'vitest'
import { fitRotation, fitScale, prepareSource, turnOnto } from '../../src/align/rotation.ts'
import { createRng } from '../../src/core/rng.ts'
import { columnMeans, matrix, multiply, subtractRow } from '../../src/math/matrix.ts'
import { largestDifference, randomMatrix, randomOfRank } from '../math/_random.ts'

const centredOf = (a: ReturnType<typeof matrix>) => subtractRow(a, columnMeans(a))

describe('prepareSource', () => {
  it.each([
    [20, 5],
    [6, 30],
    [8, 8],
  ])('%d x %d: core and spread rebuild the centred source', (nRows, nCols) => {
    const source = randomMatrix(createRng(1), nRows, nCols)
    const { core, spread, squaredNorm } = prepareSource(source)
    const rebuilt = spread === null ? core : multiply(core, spread, { transB: true })
    expect(largestDifference(rebuilt, centredOf(source))).toBeLessThan(1e-12)
    expect(squaredNorm).toBeCloseTo(
      rebuilt.data.reduce((sum, value) => sum + value * value, 0),
      9,
    )
    expect(core.nCols).toBe(Math.min(nRows - 1, nCols))
  })
})

describe('turnOnto', () => {
  it.each([
    ['few rows', randomMatrix(createRng(2), 12, 60), 50],
    ['many rows', randomMatrix(createRng(3), 40, 10), 10],
    ['low rank', randomOfRank(createRng(4), 15, 60, 3), 60],
    ['a narrower target', randomMatrix(createRng(5), 15, 60), 4],
  ])('agrees with the polar factor: %s', (_, source, nTarget) => {
    const target = centredOf(randomMatrix(createRng(6), source.nRows, nTarget))
    const prepared = prepareSource(source)
    const { turned, sum } = turnOnto(prepared, target)
    const rotation = fitRotation(prepared, target)
    expect(largestDifference(turned, multiply(prepared.core, rotation.right))).toBeLessThan(1e-9)
    expect(sum).toBeCloseTo(rotation.sum, 8)
  })

  it('keeps its digits when the source is nearly of low rank', () => {
    const rng = createRng(7)
    const strong = randomOfRank(rng, 20, 80, 3)
    const weak = randomMatrix(rng, 20, 80)
    const source = matrix(
      20,
      80,
      strong.data.map((value, i) => value + 1e-4 * weak.data[i]!),
    )
    const target = centredOf(randomMatrix(rng, 20, 80))
    const prepared = prepareSource(source)
    const { turned } = turnOnto(prepared, target)
    // Turning does not change lengths and angles: the Gram matrix of the source stays what it was.
    const gram = multiply(turned, turned, { transB: true })
    const centred = centredOf(source)
    expect(largestDifference(gram, multiply(centred, centred, { transB: true }))).toBeLessThan(1e-9)
  })

  it('turns nothing for blank sources and targets', () => {
    const blank = prepareSource(matrix(5, 9))
    expect(fitScale(blank, 0)).toBe(0)
    expect(turnOnto(blank, matrix(5, 3)).turned).toEqual(matrix(5, 3))
    const source = prepareSource(randomMatrix(createRng(8), 5, 9))
    expect(turnOnto(source, matrix(5, 3)).turned).toEqual(matrix(5, 3))
  })
})
