import { expect, it } from 'vitest'
import type { ClassMaps } from '../../../src/evaluate/interpret/index.ts'
import {
  groupSaliency,
  toVolume,
  totalSaliency,
  type InterpretedSubject,
} from '../../../src/pipeline/interpret/interpretation.ts'

const affine = [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]
const grid = { shape: [3, 1, 1], affine } as const
const maps = (voxels: number[], ...saliency: number[][]): ClassMaps => {
  const values = saliency.map((one) => Float64Array.from(one))
  return {
    ...{ voxels: Int32Array.from(voxels), nSamples: [1, 1] },
    ...{ saliency: values, weight: values, pattern: values },
  }
}
const one: InterpretedSubject = {
  ...{ subject: '01', grid },
  maps: [maps([0, 2], [1, -2], [3, 4]), maps([2], [6], [0])],
}

it('averages over splits and leaves 0 where the decoder was given nothing', () => {
  expect([...toVolume(one, ({ saliency }) => saliency[0]!)]).toEqual([0.5, 0, 2])
})

it('drops signs before it adds up classes', () => {
  expect([...totalSaliency(one)]).toEqual([2, 0, 6])
})

it('averages subjects on one grid, and no others', () => {
  const two = { ...one, subject: '02', maps: [maps([1], [2], [2])] }
  const model = { model: 'lda', classes: ['a', 'b'], heldOut: true }
  expect([...groupSaliency({ ...model, subjects: [one, two] })!]).toEqual([1, 2, 3])
  const moved = { ...two, grid: { ...grid, affine: affine.map((value) => 2 * value) } }
  expect(groupSaliency({ ...model, subjects: [one, moved] })).toBeUndefined()
  expect(groupSaliency({ ...model, subjects: [] })).toBeUndefined()
})
