import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addVolume,
  createVolumeSum,
  intersectMasks,
  maskIndices,
  meanVolume,
} from '../../src/preprocess/mask-volume.ts'

const anyMasks = fc.integer({ min: 1, max: 20 }).chain((length) =>
  fc.array(
    fc
      .array(fc.constantFrom(0, 1), { minLength: length, maxLength: length })
      .map((values) => Uint8Array.from(values)),
    { minLength: 1, maxLength: 5 },
  ),
)

describe('maskIndices', () => {
  it('lists the voxels inside, ascending; any value but 0 is inside', () => {
    expect([...maskIndices(Uint8Array.of(0, 1, 255, 0, 1))]).toEqual([1, 2, 4])
    expect(maskIndices(new Uint8Array(5))).toHaveLength(0)
  })
})

describe('intersectMasks', () => {
  const [a, b, c] = [
    Uint8Array.of(1, 1, 1, 0),
    Uint8Array.of(1, 1, 0, 0),
    Uint8Array.of(1, 0, 0, 0),
  ]

  it('holds the voxels of all masks, of any mask, or of more than a fraction', () => {
    expect([...intersectMasks([a, b, c])]).toEqual([1, 0, 0, 0])
    expect([...intersectMasks([a, b, c], { threshold: 0 })]).toEqual([1, 1, 1, 0])
    expect([...intersectMasks([a, b, c], { threshold: 0.5 })]).toEqual([1, 1, 0, 0])
    expect([...intersectMasks([a, b], { threshold: 0.5 })]).toEqual([1, 1, 0, 0])
  })

  it('keeps the largest part if asked', () => {
    const mask = Uint8Array.of(1, 0, 1, 1)
    expect([...intersectMasks([mask], { connectedIn: [4, 1, 1] })]).toEqual([0, 0, 1, 1])
  })

  it('shrinks as the threshold grows, and does not care about the order of the masks', () => {
    fc.assert(
      fc.property(anyMasks, (masks) => {
        const all = intersectMasks(masks)
        const half = intersectMasks(masks, { threshold: 0.5 })
        const any = intersectMasks(masks, { threshold: 0 })
        all.forEach((value, v) => {
          expect(value).toBe(masks.every((mask) => mask[v] === 1) ? 1 : 0)
          expect(value).toBeLessThanOrEqual(half[v]!)
          expect(half[v]).toBeLessThanOrEqual(any[v]!)
        })
        expect(intersectMasks([...masks].reverse())).toEqual(all)
      }),
    )
  })

  it('refuses no masks, masks of other grids, and thresholds outside 0..1', () => {
    const refused = expect.objectContaining({ code: 'VALUE_INVALID' }) as Error
    expect(() => intersectMasks([])).toThrow(refused)
    expect(() => intersectMasks([a], { threshold: 1.5 })).toThrow(refused)
    expect(() => intersectMasks([a, new Uint8Array(3)])).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
  })
})

describe('meanVolume', () => {
  it('is the mean of the volumes added one by one', () => {
    const total = createVolumeSum(2)
    addVolume(total, [1, 10])
    addVolume(total, Int16Array.of(4, -10))
    expect([...meanVolume(total)]).toEqual([2.5, 0])
  })

  it('refuses a volume of another size, and the mean of none', () => {
    const total = createVolumeSum(2)
    expect(() => addVolume(total, [1])).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
    expect(() => meanVolume(total)).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }))
  })
})
