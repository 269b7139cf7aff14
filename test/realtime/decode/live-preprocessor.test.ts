import { describe, expect, it } from 'vitest'
import {
  createLivePreprocessor,
  resolveRealign,
} from '../../../src/realtime/decode/live-preprocessor.ts'
import { createCausalPreprocessor } from '../../../src/preprocess/causal-preprocessor.ts'
import { createRng } from '../../../src/core/rng.ts'

const grid = {
  shape: [24, 24, 16],
  affine: [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
} as const

/** A textured ball, moved by some voxels along x. */
function ball(shift: number, seed: number): Float32Array {
  const rng = createRng(seed)
  return Float32Array.from({ length: 24 * 24 * 16 }, (_, i) => {
    const [x, y, z] = [
      (i % 24) - 11.5 - shift,
      (Math.floor(i / 24) % 24) - 11.5,
      Math.floor(i / 576) - 7.5,
    ]
    const inside = (x * x + y * y) / 80 + (z * z) / 36 < 1
    return (inside ? 1000 + 200 * Math.sin(x) * Math.cos(y) * Math.cos(z) : 50) + rng.normal()
  })
}

describe('resolveRealign', () => {
  it.each([
    ['auto', 'none', true, 'none'],
    ['auto', 'fmriprep', true, 'none'],
    ['auto', 'minimal', true, 'calibration'],
    ['auto', 'minimal', false, 'first'],
    ['none', 'minimal', true, 'none'],
    ['first', 'none', true, 'first'],
    ['calibration', 'none', true, 'calibration'],
  ] as const)('%s, pipeline %s, reference %s: %s', (realign, preprocess, has, wanted) => {
    expect(resolveRealign(realign, preprocess, has)).toBe(wanted)
  })

  it('refuses a reference that is not there', () => {
    expect(() => resolveRealign('calibration', 'minimal', false)).toThrow('no reference volume')
  })
})

describe('createLivePreprocessor', () => {
  it('hands volumes on as they are where nothing is asked for', () => {
    const data = ball(0, 1)
    const given = createLivePreprocessor('none')({ index: 0, grid, data })
    expect(given).toEqual({ data, motion: null, parameters: null })
    expect(given.data).toBe(data)
  })

  it('puts the head back to where it was in the first volume, and tells how far that was', () => {
    const next = createLivePreprocessor('first')
    next({ index: 0, grid, data: ball(0, 1) })
    const { motion } = next({ index: 1, grid, data: ball(0.5, 2) })
    expect(motion!.translationMm[0]).toBeCloseTo(1.5, 1)
    expect(motion!.framewiseDisplacementMm).toBeCloseTo(1.5, 0)
  })

  it('does what the preprocessing of runs does, to the last bit', () => {
    const options = { reference: ball(0, 1), grid, schedule: { axis: 2, trSeconds: 2, timesSeconds: Float64Array.from({ length: 16 }, (_, z) => z / 8) } } as const // prettier-ignore
    const live = createLivePreprocessor('calibration', options)
    const offline = createCausalPreprocessor(options)
    for (const [index, shift] of [0.2, 0.4, -0.3].entries()) {
      const data = ball(shift, index)
      const expected = offline.next(data, index)
      const given = live({ index, grid, data })
      expect(given.data).toEqual(expected.volume)
      expect(given.parameters).toEqual(expected.motion!.parameters)
    }
  })
})
