import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../src/core/events.ts'
import { readNifti } from '../../src/io/nifti/index.ts'
import { readNpy } from '../../src/io/npy.ts'
import { simulateDataset, type SimulateResult } from '../../src/simulate/index.ts'
import { correlation, small } from './_small.ts'

let dir: string
let result: SimulateResult
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'limbic-truth-'))
  result = await simulateDataset(join(dir, 'out'), small, silent)
})
afterAll(() => rm(dir, { recursive: true }))
const truth = (...parts: string[]) => join(dir, 'out', 'derivatives', 'ground-truth', ...parts)

describe('ground truth', () => {
  it('gives the oracle per subject and on average, with classes, chance and options', async () => {
    const oracle = JSON.parse(await readFile(truth('oracle.json'), 'utf8')) as {
      accuracy: number
      balancedAccuracy: number
      subjects: { subject: string; accuracy: number; nVolumes: number }[]
    }
    expect(oracle).toMatchObject({
      ...result.oracle,
      classes: ['negative', 'neutral', 'rest'],
      chance: 1 / 3,
      labels: { kind: 'hrf' },
      options: { seed: 0, subjects: 2 },
    })
    const [a, b] = oracle.subjects
    expect([a!.subject, b!.subject]).toEqual(['01', '02'])
    expect(oracle.accuracy).toBeCloseTo((a!.accuracy + b!.accuracy) / 2, 12)
    expect(a!.nVolumes).toBeLessThan(small.volumes)
  })

  it('explains the stored volumes: mixing times latents is what the responding voxels share', async () => {
    const mixing = await readNpy(truth('sub-01', 'sub-01_mixing.npy'))
    const latents = await readNpy(truth('sub-01', 'sub-01_task-calibration_run-1_latents.npy'))
    const region = (await readNifti(truth('desc-region_mask.nii.gz'))).data
    const voxels = [...region.keys()].filter((voxel) => region[voxel] === 1)
    expect(mixing.shape).toEqual([voxels.length, small.latentDims])
    expect(latents.shape).toEqual([small.calibrationVolumes, small.latentDims])
    const bold = await readNifti(
      join(dir, 'out', 'sub-01', 'func', 'sub-01_task-calibration_run-1_bold.nii.gz'),
    )
    const stored: number[] = []
    const predicted: number[] = []
    voxels.forEach((voxel, row) => {
      const course = Array.from(
        { length: small.calibrationVolumes },
        (_, t) => bold.data[t * region.length + voxel]!,
      )
      const level = course.reduce((sum, value) => sum + value, 0) / course.length
      course.forEach((value, t) => {
        stored.push(value - level)
        let response = 0
        for (let dim = 0; dim < small.latentDims; dim++)
          response +=
            Number(mixing.data[row * small.latentDims + dim]) *
            Number(latents.data[t * small.latentDims + dim])
        predicted.push(response)
      })
    })
    // Signal SD about 1.1 against noise SD 1.3.
    expect(correlation(stored, predicted)).toBeGreaterThan(0.5)
  })

  it('holds the film and the conditions that all subjects share', async () => {
    expect((await readNpy(truth('task-calibration_latents.npy'))).shape).toEqual([40, 12])
    expect((await readNpy(truth('task-emotion_conditions.npy'))).shape).toEqual([2, 12])
    const description = await readFile(truth('dataset_description.json'), 'utf8')
    expect(JSON.parse(description)).toMatchObject({ DatasetType: 'derivative' })
  })
})
