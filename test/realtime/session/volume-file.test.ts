import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { isLimbicError } from '../../../src/core/errors/index.ts'
import {
  encodeVolumeFile,
  readVolumeFile,
  volumeFileName,
} from '../../../src/realtime/session/volume-file.ts'
import { temporaryFolder } from '../../pipeline/_dataset.ts'
import { arrived } from '../_session.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

const grid = {
  shape: [3, 2, 2],
  affine: [2, 0, 0, -1.5, 0, 2, 0, 7, 0, 0, 2, 1e-3, 0, 0, 0, 1],
} as const
const file = join(dir, 'a.vol')
const write = (volume: ReturnType<typeof arrived>): void =>
  writeFileSync(file, Buffer.concat(encodeVolumeFile(volume)))

describe('a volume’s file', () => {
  it('gives every float back, those that are no numbers too', async () => {
    const floats = fc.float32Array({ minLength: 12, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(floats, async (data) => {
        write(arrived(5, data, { grid, trSeconds: 1.5 }))
        const read = await readVolumeFile(file)
        expect(new Uint8Array(read.data.buffer, read.data.byteOffset, 48)).toEqual(
          new Uint8Array(data.buffer, data.byteOffset, 48),
        )
        expect(read).toMatchObject({ index: 5, grid, trSeconds: 1.5 })
      }),
      { numRuns: 30 },
    )
  })

  it('is refused when any byte of the voxels was changed, or the end is missing', async () => {
    write(arrived(5, new Float32Array(12).fill(3), { grid, trSeconds: 2 }))
    const bytes = readFileSync(file)
    for (const at of [bytes.length - 48, bytes.length - 1]) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      writeFileSync(file, changed)
      await expect(readVolumeFile(file)).rejects.toSatisfy((e) =>
        isLimbicError(e, 'RT_FRAME_INVALID'),
      )
    }
    writeFileSync(file, bytes.subarray(0, -4))
    await expect(readVolumeFile(file)).rejects.toThrow('44 bytes')
  })

  it('sorts by name as by index', () => {
    expect([9, 10, 100_000].map(volumeFileName)).toEqual([
      'volumes/000009.vol',
      'volumes/000010.vol',
      'volumes/100000.vol',
    ])
  })
})
