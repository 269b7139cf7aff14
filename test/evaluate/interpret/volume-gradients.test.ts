import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  gatherVolume,
  placeVolumes,
  unstandardize,
} from '../../../src/evaluate/interpret/volume-gradients.ts'

const grid = { shape: [2, 3, 2], voxels: Int32Array.of(1, 4, 7, 11) } as const
const row = (...values: number[]) => ({
  data: Float64Array.from(values),
  nRows: 1,
  nCols: values.length,
})

it('places voxels and finds them again', () => {
  const features = { data: Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8]), nRows: 2, nCols: 4 }
  const volumes = placeVolumes({ grid, volumeZ: false }, features)
  expect(volumes).toHaveLength(24)
  expect([...gatherVolume({ grid }, volumes, 2).data]).toEqual([...features.data])
})

it('normalises volumes where the network wants it', () => {
  const volume = placeVolumes({ grid, volumeZ: true }, row(1, 2, 3, 4))
  const { data } = gatherVolume({ grid }, volume, 1)
  expect(data.reduce((a, b) => a + b)).toBeCloseTo(0, 5)
})

it('takes gradients through the normalisation, as finite differences do', () => {
  const value = fc.double({ min: -3, max: 3, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 4, maxLength: 4 }),
      fc.array(value, { minLength: 4, maxLength: 4 }),
      (values, gradient) => {
        const spread = Math.max(...values) - Math.min(...values)
        fc.pre(spread > 0.5)
        const score = (x: readonly number[]): number => {
          const exact = x.reduce((sum, v) => sum + v, 0) / 4
          const sd = Math.sqrt(x.reduce((sum, v) => sum + (v - exact) ** 2, 0) / 4)
          return x.reduce((sum, v, i) => sum + (gradient[i]! * (v - exact)) / sd, 0)
        }
        const { data } = unstandardize(row(...values), row(...gradient))
        values.forEach((v, i) => {
          const moved = (shift: number): number =>
            score(values.map((w, j) => (i === j ? v + shift : w)))
          expect(data[i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 3)
        })
      },
    ),
  )
})

it('knows nothing of a volume without contrast', () => {
  expect([...unstandardize(row(2, 2, 2), row(1, 2, 3)).data]).toEqual([0, 0, 0])
})
