import { describe, expect, it } from 'vitest'
import { fitOwnSelection, fitSharedSelection } from '../../src/select/select-voxels.ts'

const voxels = Int32Array.of(10, 20, 30, 40)

describe('fitOwnSelection', () => {
  it('returns grid indices, their scores and the runs it has seen', () => {
    expect(fitOwnSelection(Float64Array.of(1, 8, 3, 2), voxels, 2, ['sub-01/run-1'])).toEqual({
      kind: 'selection',
      mode: 'per-subject',
      voxels: Int32Array.of(20, 30),
      f: Float64Array.of(8, 3),
      fittedOn: ['sub-01/run-1'],
    })
  })

  it('refuses scores that are not one per voxel, and too large a k', () => {
    expect(() => fitOwnSelection(Float64Array.of(1), voxels, 1, [])).toThrow(/expected 4 scores/i)
    expect(() => fitOwnSelection(new Float64Array(4), voxels, 5, [])).toThrow(/k = 5/)
  })
})

describe('fitSharedSelection', () => {
  it('ranks by the mean over subjects', () => {
    const scores = [Float64Array.of(9, 1, 5, 0), Float64Array.of(0, 2, 6, 1)]
    const { voxels: chosen, f, mode } = fitSharedSelection(scores, voxels, 2, [])
    expect(mode).toBe('shared')
    expect(chosen).toEqual(Int32Array.of(10, 30))
    expect(f).toEqual(Float64Array.of(4.5, 5.5))
  })

  it('passes over a voxel that is constant in one subject', () => {
    const scores = [Float64Array.of(99, 1, 2, 3), Float64Array.of(NaN, 1, 2, 3)]
    expect(fitSharedSelection(scores, voxels, 3, []).voxels).toEqual(Int32Array.of(20, 30, 40))
  })

  it('does not depend on the order of subjects', () => {
    const a = Float64Array.of(1, 2, 3, 4)
    const b = Float64Array.of(4, 4, 1, 0)
    expect(fitSharedSelection([a, b], voxels, 2, []).voxels).toEqual(
      fitSharedSelection([b, a], voxels, 2, []).voxels,
    )
  })
})
