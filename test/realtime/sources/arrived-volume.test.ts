import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { LimbicError } from '../../../src/core/errors/index.ts'
import { arrivedVolume, problemEvent } from '../../../src/realtime/sources/arrived-volume.ts'

it('hashes the voxels and nothing else', () => {
  const all = Float32Array.from([9, 1, 2, 3])
  const data = all.subarray(1)
  const volume = arrivedVolume({
    index: 4,
    grid: { shape: [3, 1, 1], affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] },
    trSeconds: 2,
    data,
    acquiredAt: null,
    receivedAtMs: 1,
    origin: 'here',
  })
  const bytes = new Uint8Array(Float32Array.from([1, 2, 3]).buffer)
  expect(volume.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
  expect(volume).toMatchObject({ index: 4, trSeconds: 2, origin: 'here' })
})

it('tells a problem by its code and message', () => {
  const error = new LimbicError('RT_SLICES_UNKNOWN', { file: 'a.dcm' })
  expect(problemEvent(error, 'a.dcm')).toEqual({
    type: 'problem',
    code: 'RT_SLICES_UNKNOWN',
    message: error.message,
    origin: 'a.dcm',
  })
})
