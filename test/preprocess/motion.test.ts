import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  framewiseDisplacement,
  gridCentre,
  gridCorners,
  motionDistance,
  motionMatrix,
  motionParameters,
  type MotionParameters,
} from '../../src/preprocess/motion.ts'
import { applyAffine, identityAffine, type Point } from '../../src/preprocess/resample/index.ts'
import { expectAllClose } from './_series.ts'

const angle = fc.double({ min: -1.5, max: 1.5, noNaN: true })
const length = fc.double({ min: -200, max: 200, noNaN: true })
const parameters = fc.tuple(length, length, length, angle, angle, angle)
const point = fc.tuple(length, length, length)

describe('motionMatrix', () => {
  it('turns about the centre, right-handed, then shifts', () => {
    const quarter = Math.PI / 2
    const about = (rx: number, ry: number, rz: number): number[] =>
      applyAffine(motionMatrix([10, 0, 0, rx, ry, rz], [1, 1, 1]), [2, 1, 1])
    expectAllClose(about(0, 0, quarter), [11, 2, 1], 1e-14)
    expectAllClose(about(0, quarter, 0), [11, 1, 0], 1e-14)
    expectAllClose(about(quarter, 0, 0), [12, 1, 1], 1e-14)
    // x first, then z: the point on the x axis is moved by z only, one on the y axis by both.
    const both = motionMatrix([0, 0, 0, quarter, 0, quarter], [0, 0, 0])
    expectAllClose(applyAffine(both, [0, 1, 0]), [0, 0, 1], 1e-14)
    expectAllClose(applyAffine(both, [0, 0, 1]), [1, 0, 0], 1e-14)
  })

  it('keeps distances', () => {
    fc.assert(
      fc.property(parameters, point, point, point, (motion, centre, a, b) => {
        const matrix = motionMatrix(motion, centre)
        const distance = (p: Point, q: Point): number =>
          Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2])
        const moved = distance(applyAffine(matrix, a), applyAffine(matrix, b))
        expect(moved).toBeCloseTo(distance(a, b), 9)
      }),
    )
  })
})

describe('motionParameters', () => {
  it('reads back what a motion was made of, about any centre', () => {
    fc.assert(
      fc.property(parameters, point, (motion, centre) => {
        expectAllClose(motionParameters(motionMatrix(motion, centre), centre), motion, 1e-9)
      }),
    )
  })

  it('gives another translation, but the same rotation, about another centre', () => {
    const motion = motionMatrix([1, 2, 3, 0.1, -0.2, 0.3], [0, 0, 0])
    const elsewhere = motionParameters(motion, [30, -20, 10])
    expectAllClose(elsewhere.slice(3), [0.1, -0.2, 0.3], 1e-14)
    expectAllClose(motionMatrix(elsewhere, [30, -20, 10]), motion, 1e-12)
  })

  it('stays finite where two axes fall together', () => {
    const motion: MotionParameters = [0, 0, 0, 0.4, Math.PI / 2, 0.1]
    const matrix = motionMatrix(motion, [0, 0, 0])
    const found = motionParameters(matrix, [0, 0, 0])
    expect(found.every(Number.isFinite)).toBe(true)
    expect(found[4]).toBeCloseTo(Math.PI / 2, 7)
  })
})

describe('motionDistance', () => {
  it('is the shift for a shift, and zero between equals', () => {
    const affine = [2, 0, 0, 1, 0, 2, 0, 1, 0, 0, 3, 1, 0, 0, 0, 1]
    const grid = { shape: [3, 5, 7], affine } as const
    const corners = gridCorners(grid)
    expect(corners).toHaveLength(8)
    expect(corners).toContainEqual([5, 9, 19])
    const shift = motionMatrix([3, 0, 4, 0, 0, 0], gridCentre(grid))
    expect(motionDistance(shift, identityAffine, corners)).toEqual({ meanMm: 5, maxMm: 5 })
    expect(motionDistance(shift, shift, corners)).toEqual({ meanMm: 0, maxMm: 0 })
  })
})

describe('framewiseDisplacement', () => {
  it('adds the steps of all six parameters, rotations on a sphere', () => {
    const data = Float64Array.of(
      0,
      0,
      0,
      0,
      0,
      0,
      1,
      -1,
      0.5,
      0.01,
      0,
      -0.02,
      1,
      -1,
      0.5,
      0.01,
      0,
      0,
    )
    const run = { data, nRows: 3, nCols: 6 }
    expectAllClose(framewiseDisplacement(run), [0, 4, 1], 1e-14)
    expectAllClose(framewiseDisplacement(run, 80), [0, 4.9, 1.6], 1e-14)
  })

  it('does not change when all parameters are offset', () => {
    fc.assert(
      fc.property(fc.array(parameters, { minLength: 1, maxLength: 8 }), length, (rows, offset) => {
        const run = (add: number) => ({
          data: Float64Array.from(rows.flat(), (value) => value + add),
          nRows: rows.length,
          nCols: 6,
        })
        const displacement = framewiseDisplacement(run(0))
        expect(displacement[0]).toBe(0)
        expectAllClose(framewiseDisplacement(run(offset)), displacement, 1e-8)
      }),
    )
  })

  it('needs six columns', () => {
    const four = { data: new Float64Array(8), nRows: 2, nCols: 4 }
    expect(() => framewiseDisplacement(four)).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
  })
})
