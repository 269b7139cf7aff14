/** Realignment of 4-D images whose motion is known, against the truth. */
import { expect } from 'vitest'
import { readNifti } from '../../src/io/nifti/index.ts'
import {
  framewiseDisplacement,
  motionDistance,
  type MotionParameters,
} from '../../src/preprocess/motion.ts'
import { createRealigner } from '../../src/preprocess/realign/index.ts'
import type { Point } from '../../src/preprocess/resample/index.ts'
import { describeGolden, type GoldenCase } from './_golden.ts'

interface MotionTolerance {
  readonly max_corner_mm?: number
  readonly trans_mm?: number
  readonly rot_rad?: number
}

describeGolden('realign', async (golden) => {
  const { header, data } = await readNifti(golden.inputFile('file'))
  const nVoxels = header.grid.shape[0] * header.grid.shape[1] * header.grid.shape[2]
  const { centre, corners } = frameOf(golden)
  const realigner = createRealigner(
    data.subarray(0, nVoxels),
    header.grid,
    centre === undefined ? {} : { centreMm: centre },
  )
  const volumes = Array.from({ length: data.length / nVoxels }, (_, t) =>
    realigner.realignOne(data.subarray(t * nVoxels, (t + 1) * nVoxels)),
  )
  const parameters = volumes.map((volume) => volume.parameters)
  for (const name of golden.expectedNames) {
    const tolerance = golden.expectedTolerance(name) as MotionTolerance
    switch (name) {
      case 'motion': {
        const truth = matricesOf(golden, name)
        const errors = volumes.map(
          ({ motion }, t) => motionDistance(motion, truth[t]!, corners).maxMm,
        )
        expect(Math.max(...errors)).toBeLessThanOrEqual(tolerance.max_corner_mm!)
        break
      }
      case 'params':
        expectParameters(parameters, golden.expectedNumbers(name), tolerance)
        break
      case 'fd_power':
        golden.expectClose(
          name,
          framewiseDisplacement({
            data: Float64Array.from(parameters.flat()),
            nRows: parameters.length,
            nCols: 6,
          }),
        )
        break
      default: {
        const { optional = false, informational = false } = golden.expectedTolerance(name)
        expect(optional || informational, `an answer to ${golden.id}.${name}`).toBe(true)
      }
    }
  }
})

function expectParameters(
  found: readonly MotionParameters[],
  wanted: Float64Array,
  { trans_mm: transMm, rot_rad: rotRad }: MotionTolerance,
): void {
  expect(found.length * 6).toBe(wanted.length)
  const errors = found.flat().map((value, i) => Math.abs(value - wanted[i]!))
  expect(Math.max(...errors.filter((_, i) => i % 6 < 3))).toBeLessThanOrEqual(transMm!)
  expect(Math.max(...errors.filter((_, i) => i % 6 >= 3))).toBeLessThanOrEqual(rotRad!)
}

/** Rotation centre, and the corners of the box that holds the brain. */
function frameOf({ params }: GoldenCase): { centre: Point | undefined; corners: Point[] } {
  const [low, high] = params.box_mm as readonly [Point, Point]
  const corners = Array.from({ length: 8 }, (_, i): Point => {
    const pick = (axis: 0 | 1 | 2): number => ((i >> axis) & 1 ? high : low)[axis]
    return [pick(0), pick(1), pick(2)]
  })
  return { centre: params.center as Point | undefined, corners }
}

function matricesOf(golden: GoldenCase, name: string): number[][] {
  const numbers = golden.expectedNumbers(name)
  return Array.from({ length: numbers.length / 16 }, (_, t) =>
    Array.from(numbers.subarray(16 * t, 16 * t + 16)),
  )
}
