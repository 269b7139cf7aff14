import { expect, it } from 'vitest'
import { checkVolume } from '../../../src/preprocess/realign/check-volume.ts'

it('measures the finite values', () => {
  const { rms, findings } = checkVolume(Float32Array.of(3, 4, 3, 4), [2, 2, 1], 'volume 3')
  expect(rms).toBeCloseTo(Math.sqrt(12.5), 12)
  expect(findings).toEqual([])
})

it('warns of values that are not finite, and leaves them out', () => {
  const { rms, findings } = checkVolume(
    Float64Array.of(1, NaN, -1, Infinity),
    [4, 1, 1],
    'volume 3',
  )
  expect(rms).toBe(1)
  expect(findings[0]).toMatchInlineSnapshot(`
    {
      "code": "VOXELS_NOT_FINITE",
      "message": "Some voxels of volume 3 hold no number; they count as 0. Expected finite values; found NaN or infinity in 2 of 4 voxels. Try: Check the conversion; images whose background was set to NaN by an earlier step should be taken from before that step.",
      "severity": "warning",
    }
  `)
})

it.each([
  [new Float32Array(3), 'SHAPE_MISMATCH'],
  [new Float32Array(4), 'VOLUME_BLANK'],
  [new Float32Array(4).fill(7), 'VOLUME_BLANK'],
  [new Float32Array(4).fill(NaN), 'VOLUME_BLANK'],
])('refuses %o', (volume, code) => {
  expect(() => checkVolume(volume, [2, 2, 1], 'a volume')).toThrow(
    expect.objectContaining({ code }),
  )
})
