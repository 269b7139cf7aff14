import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readNifti } from '../../../src/io/nifti/index.ts'
import {
  readBundle,
  readCalibration,
  type Bundle,
} from '../../../src/pipeline/bundle/read-bundle.ts'
import { createVolumeDecoder } from '../../../src/pipeline/bundle/volume-decoder.ts'
import { emotionRun, temporaryFolder, writeDataset } from '../_dataset.ts'
import { train } from './_trained.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
const nVoxels = 800
const noEngine = (): Promise<never> => Promise.reject(new Error('linear models need no engine'))
let bundle: Bundle
let volumes: Float32Array[]

beforeAll(async () => {
  await writeDataset(bids, { subjects: 3 })
  await train(bids, dir)
  bundle = await readBundle(join(dir, 'bundle'))
  const { data } = await readNifti(emotionRun(bids, '01', 'bold.nii.gz'))
  volumes = Array.from({ length: 10 }, (_, t) =>
    Float32Array.from(data.subarray(t * nVoxels, (t + 1) * nVoxels)),
  )
})
afterAll(remove)

async function decodeAll(own: Bundle, order: readonly number[]): Promise<Float64Array[]> {
  const decoder = await createVolumeDecoder(own, await readCalibration(bundle, '01'), noEngine)
  const decoded: Float64Array[] = []
  for (const t of order) decoded.push(await decoder.decode(volumes[t]!))
  decoder.dispose()
  return decoded
}

const withBaseline = (baseline: Bundle['manifest']['baseline']): Bundle => ({
  ...bundle,
  pipeline: { ...bundle.pipeline, clean: { ...bundle.pipeline.clean, baseline } },
})

describe('createVolumeDecoder', () => {
  it('gives one probability per class, results that later volumes do not overwrite', async () => {
    const decoded = await decodeAll(bundle, [0, 1, 2])
    for (const probabilities of decoded) {
      expect(probabilities).toHaveLength(3)
      expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
    }
    expect(decoded[0]).toEqual((await decodeAll(bundle, [0]))[0])
  })

  it('leaves the volume alone', async () => {
    const before = volumes[0]!.slice()
    await decodeAll(withBaseline('running'), [0, 0])
    expect(volumes[0]).toEqual(before)
  })

  it('decodes a volume from itself alone when centred on the calibration', async () => {
    const forth = await decodeAll(bundle, [3, 4, 5])
    const back = await decodeAll(bundle, [5, 4, 3])
    expect(back.reverse()).toEqual(forth)
  })

  it('remembers the volumes before when centred on their mean', async () => {
    const own = withBaseline('running')
    const [, second] = await decodeAll(own, [3, 4])
    const [, other] = await decodeAll(own, [5, 4])
    expect(second).not.toEqual(other)
    expect((await decodeAll(own, [3, 4, 5])).slice(0, 2)).toEqual(await decodeAll(own, [3, 4]))
  })

  it('looks at the selected voxels only', async () => {
    const { voxels } = bundle.population.selection!
    const blank = new Float32Array(nVoxels)
    for (const voxel of voxels) blank[voxel] = volumes[2]![voxel]!
    const decoder = await createVolumeDecoder(bundle, await readCalibration(bundle, '01'), noEngine)
    expect(await decoder.decode(blank)).toEqual(await decoder.decode(volumes[2]!))
  })

  it('takes a voxel that is not a number for one at its mean', async () => {
    const { voxels } = bundle.population.selection!
    const spoilt = volumes[2]!.slice()
    spoilt[voxels[0]!] = NaN
    const decoder = await createVolumeDecoder(bundle, await readCalibration(bundle, '01'), noEngine)
    for (const p of await decoder.decode(spoilt)) expect(Number.isFinite(p)).toBe(true)
  })

  it('refuses a volume of another size, and one that is mostly not there', async () => {
    const decoder = await createVolumeDecoder(bundle, await readCalibration(bundle, '01'), noEngine)
    await expect(decoder.decode(volumes[2]!.subarray(1))).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
      message: expect.stringMatching(/10 x 10 x 8 = 800 voxels.*799 voxels/) as string,
    })
    await expect(decoder.decode(new Float32Array(nVoxels).fill(NaN))).rejects.toMatchObject({
      code: 'VOLUME_NOT_FINITE',
      message: expect.stringMatching(/40 of 40 voxels are NaN or infinite/) as string,
    })
    expect(await decoder.decode(volumes[3]!)).toEqual((await decodeAll(bundle, [3]))[0])
  })

  it('makes probabilities milder at a higher temperature', async () => {
    const [sharp] = await decodeAll(bundle, [2])
    const [mild] = await decodeAll({ ...bundle, temperature: 4 }, [2])
    expect(Math.max(...mild!)).toBeLessThan(Math.max(...sharp!))
  })
})
