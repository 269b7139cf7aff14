import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import type { Matrix64 } from '../../../src/core/types.ts'
import { applyProjection, fitProjection } from '../../../src/train/network/projection.ts'

describe('fitProjection', () => {
  it('finds mean, directions by falling variance and one scale', () => {
    const data = Float64Array.of(3, 5, 1, 5, 2, 5 + 4, 2, 5 - 4)
    const projection = fitProjection({ data, nRows: 4, nCols: 2 }, 32)
    expect([...projection.mean]).toEqual([2, 5])
    expect(projection.nComponents).toBe(2)
    const expected = [0, 1, 1, 0]
    for (const [i, value] of projection.rotation.entries()) {
      expect(value).toBeCloseTo(expected[i]!, 12)
    }
    // Squares 1 + 1 + 16 + 16 over 4 samples x 2 components.
    expect(projection.scale).toBeCloseTo(Math.sqrt(34 / 8), 12)
  })

  it('gives uncorrelated components of mean square 1 and falling variance, for tall and wide samples', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        (nRows, nCols, seed) => {
          const features = randomMatrix(nRows, nCols, seed)
          const projection = fitProjection(features, 4)
          const d = projection.nComponents
          expect(d).toBe(Math.min(4, nRows - 1, nCols))
          const x = applyProjection(projection, features)
          const gram = (a: number, b: number) =>
            range(nRows).reduce((sum, i) => sum + x[i * d + a]! * x[i * d + b]!, 0) / (nRows * d)
          const variances = range(d).map((a) => gram(a, a))
          expect(variances.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4)
          expect([...variances].sort((a, b) => b - a)).toEqual(variances)
          for (const a of range(d)) for (const b of range(a)) expect(gram(a, b)).toBeCloseTo(0, 4)
        },
      ),
    )
  })

  it('gives the same components whatever the order of the features', () => {
    const features = randomMatrix(20, 3, 1)
    const swapped = Float64Array.from(
      features.data,
      (_, at) => features.data[Math.floor(at / 3) * 3 + (2 - (at % 3))]!,
    )
    const other = { ...features, data: swapped }
    const expected = applyProjection(fitProjection(features, 3), features)
    const found = applyProjection(fitProjection(other, 3), other)
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, 5)
  })

  it('keeps one component of constant samples, which is zero', () => {
    const features = { data: new Float32Array(12).fill(3), nRows: 4, nCols: 3 }
    const projection = fitProjection(features, 32)
    expect(projection).toMatchObject({ nComponents: 1, scale: 1 })
    expect([...applyProjection(projection, features)]).toEqual([0, 0, 0, 0])
  })
})

function randomMatrix(nRows: number, nCols: number, seed: number): Matrix64 {
  const rng = createRng(seed)
  const data = Float64Array.from(
    { length: nRows * nCols },
    (_, at) => rng.normal() * (1 + (at % nCols)),
  )
  return { data, nRows, nCols }
}

function range(n: number): number[] {
  return [...new Array<number>(n).keys()]
}
