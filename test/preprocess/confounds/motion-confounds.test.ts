import { describe, expect, it } from 'vitest'
import { motionConfounds } from '../../../src/preprocess/confounds/index.ts'
import { noise } from '../_series.ts'

const motion = {
  data: Float64Array.of(1, 2, 3, 0.1, 0.2, 0.3, 2, 2, 1, 0.1, 0, 0.5),
  nRows: 2,
  nCols: 6,
}

describe('motionConfounds', () => {
  it('gives the parameters, their differences and the squares of both', () => {
    const columns = Object.fromEntries(
      motionConfounds(motion, 24).map(([name, values]) => [name, Array.from(values)]),
    )
    expect(Object.keys(columns)).toHaveLength(24)
    expect(columns.trans_x).toEqual([1, 2])
    expect(columns.trans_z_derivative1).toEqual([0, -2])
    expect(columns.rot_y_power2).toEqual([0.2 ** 2, 0])
    expect(columns.trans_z_derivative1_power2).toEqual([0, 4])
  })

  it('gives fewer as a beginning of more', () => {
    const run = noise(1, 9, 6)
    for (const model of [6, 12] as const) {
      expect(motionConfounds(run, model)).toEqual(motionConfounds(run, 24).slice(0, model))
    }
  })

  it('refuses anything but six columns', () => {
    expect(() => motionConfounds(noise(1, 4, 5), 6)).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
  })
})
