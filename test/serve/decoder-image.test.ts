import { describe, expect, it } from 'vitest'
import type { Calibration } from '../../src/evaluate/protocol/calibration.ts'
import type { Bundle } from '../../src/pipeline/bundle/read-bundle.ts'
import { imageOfDecoder } from '../../src/serve/decoder-image.ts'

const grid = { shape: [3, 2, 2], affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] }
const voxels = Int32Array.from([2, 5, 11])

function decoder(classifier: object, f: number[]): [Bundle, Calibration] {
  const selection = { kind: 'selection', fittedOn: [], mode: 'shared', voxels, f: Float64Array.from(f) } // prettier-ignore
  return [
    { manifest: { grid }, classifier } as unknown as Bundle,
    { selection, mapper: null } as unknown as Calibration,
  ]
}

const at = (image: { data: ArrayLike<number> }): number[] => [...voxels].map((v) => image.data[v]!)

describe('imageOfDecoder', () => {
  it('shows how much a voxel of a linear decoder moves the classes apart', () => {
    const linear = {
      kind: 'ridge',
      fittedOn: [],
      nClasses: 2,
      nFeatures: 3,
      weights: Float64Array.from([3, -3, 4, 4, 0, 1]),
      bias: Float64Array.from([7, -2]),
    }
    const image = imageOfDecoder(...decoder(linear, [1, 1, 1]))
    expect(image.meaning).toBe('weights of the decoder')
    const [opposed, common, one] = at(image)
    expect(opposed).toBeCloseTo(Math.sqrt(18), 6)
    expect(common).toBe(0)
    expect(one).toBeCloseTo(Math.sqrt(0.5), 6)
    expect(image.data[0]).toBe(0)
  })

  it('shows the F of the selection for a network, and only the voxels without one', () => {
    expect(at(imageOfDecoder(...decoder({ kind: 'cnn1d' }, [5, 3, 9])))).toEqual([5, 3, 9])
    expect(at(imageOfDecoder(...decoder({ kind: 'cnn1d' }, [])))).toEqual([1, 1, 1])
  })
})
