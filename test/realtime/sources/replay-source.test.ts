import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { writeNifti } from '../../../src/io/nifti/index.ts'
import { replaySource } from '../../../src/realtime/sources/replay-source.ts'
import type { SourceEvent } from '../../../src/realtime/volume-source.ts'
import { sharedPath } from '../../_shared.ts'
import { listen } from './_events.ts'
import { affine, newFolder, nVoxels, shape, valuesOf, voxelsOf } from './_nifti.ts'

let input = ''

beforeAll(async () => {
  const data = new Int16Array(3 * nVoxels)
  for (let i = 0; i < 3; i++) data.set(voxelsOf(i), i * nVoxels)
  input = join(newFolder(), 'run.nii')
  await writeNifti(input, { data, shape: [...shape, 3], affine, trSeconds: 1.5 })
})

it('gives every volume of an image and then ends', async () => {
  const events: SourceEvent[] = []
  for await (const event of await replaySource({ input, timing: 'fast' })) events.push(event)
  expect(events.map((event) => (event.type === 'volume' ? event.volume.data : event.type))).toEqual(
    [valuesOf(0), valuesOf(1), valuesOf(2), 'end'],
  )
  expect(events[2]).toMatchObject({
    volume: { index: 2, trSeconds: 1.5, grid: { shape: [...shape], affine } },
  })
})

it('keeps the rhythm of the repetition time', async () => {
  const arrivals = listen(await replaySource({ input, trSeconds: 0.1 }))
  await arrivals.until(() => arrivals.events.length === 4)
  const [first, , third] = arrivals.volumes()
  const spentMs = (third?.receivedAtMs ?? 0) - (first?.receivedAtMs ?? 0)
  expect(spentMs).toBeGreaterThan(180)
  expect(first?.trSeconds).toBe(0.1)
  await arrivals.close()
})

it('can be closed while it waits', async () => {
  const arrivals = listen(await replaySource({ input, trSeconds: 1000 }))
  await arrivals.until(() => arrivals.volumes().length === 1)
  await arrivals.close()
  expect(arrivals.events).toHaveLength(1)
})

it('plays folders of DICOM, and nothing else', async () => {
  const dir = sharedPath('data/pyneal-siemens-ge-philips/Siemens_env/funcData')
  const arrivals = listen(await replaySource({ input: dir, timing: 'fast' }))
  await arrivals.until(() => arrivals.events.at(-1)?.type === 'end')
  expect(arrivals.volumes().map(({ index }) => index)).toEqual([0, 1, 2])
  await arrivals.close()
  await expect(replaySource({ input: join(dir, 'none') })).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
  })
  await expect(replaySource({ input: newFolder() })).rejects.toMatchObject({
    code: 'DICOM_NO_SERIES',
  })
})
