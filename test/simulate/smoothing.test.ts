import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { createRng } from '../../src/core/rng.ts'
import { axisCorrelation, createSmoother, smoothInPlace } from '../../src/simulate/smoothing.ts'

describe('smoothing', () => {
  it('leaves a volume alone at sigma 0', () => {
    const volume = Float64Array.of(1, -2, 3, 4, 5, 6, 7, 8)
    smoothInPlace(createSmoother([2, 2, 2], 0), volume, new Float64Array(8))
    expect([...volume]).toEqual([1, -2, 3, 4, 5, 6, 7, 8])
  })

  it('weighs neighbours by the Gaussian, with unit sum of squares, by hand on three voxels', () => {
    const near = Math.exp(-0.5)
    const far = Math.exp(-2)
    const middle = Math.hypot(near, 1, near)
    const edge = Math.hypot(1, near, far)
    const volume = Float64Array.of(0, 1, 0)
    smoothInPlace(createSmoother([3, 1, 1], 1), volume, new Float64Array(3))
    expect(volume[0]).toBeCloseTo(near / edge, 12)
    expect(volume[1]).toBeCloseTo(1 / middle, 12)
    expect(volume[2]).toBeCloseTo(near / edge, 12)
  })

  it('gives every voxel unit variance, and the correlations it states, at any shape and width', () => {
    fc.assert(
      fc.property(
        fc.tuple(
          fc.integer({ min: 1, max: 5 }),
          fc.integer({ min: 1, max: 5 }),
          fc.integer({ min: 1, max: 4 }),
        ),
        fc.double({ min: 0, max: 3, noNaN: true }),
        (shape, sigma) => {
          const n = shape[0] * shape[1] * shape[2]
          const smoother = createSmoother(shape, sigma)
          // Row i of the smoother, as a matrix, out of smoothed impulses.
          const impulses = Array.from({ length: n }, (_, j) => {
            const impulse = new Float64Array(n)
            impulse[j] = 1
            smoothInPlace(smoother, impulse, new Float64Array(n))
            return impulse
          })
          const [cx, cy, cz] = smoother.map(axisCorrelation)
          const position = (v: number) =>
            [
              v % shape[0],
              Math.floor(v / shape[0]) % shape[1],
              Math.floor(v / (shape[0] * shape[1])),
            ] as const
          for (const a of [0, n - 1, n >> 1])
            for (let b = 0; b < n; b++) {
              const found = impulses.reduce((sum, impulse) => sum + impulse[a]! * impulse[b]!, 0)
              const [ax, ay, az] = position(a)
              const [bx, by, bz] = position(b)
              const stated =
                cx![ax * shape[0] + bx]! * cy![ay * shape[1] + by]! * cz![az * shape[2] + bz]!
              expect(found).toBeCloseTo(stated, 10)
              if (a === b) expect(found).toBeCloseTo(1, 10)
            }
        },
      ),
      { numRuns: 30 },
    )
  })

  it('is linear', () => {
    const rng = createRng(1)
    const draw = () => Float64Array.from({ length: 60 }, () => rng.normal())
    const [a, b] = [draw(), draw()]
    const sum = a.map((value, i) => 2 * value - b[i]!)
    for (const volume of [a, b, sum])
      smoothInPlace(createSmoother([5, 4, 3], 1.2), volume, new Float64Array(60))
    sum.forEach((value, i) => expect(value).toBeCloseTo(2 * a[i]! - b[i]!, 10))
  })
})
