import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { NiftiVolume } from '../../../src/io/nifti/index.ts'
import {
  describeDoubts,
  preprocessVolumes,
} from '../../../src/pipeline/preprocess/realigned-volumes.ts'
import type { SlicePlan } from '../../../src/pipeline/preprocess/slice-times.ts'
import { createCausalPreprocessor } from '../../../src/preprocess/causal-preprocessor.ts'
import type { SliceSchedule } from '../../../src/preprocess/slice-timing.ts'
import { headGrid, headSeries, nHeadVoxels } from './_head-runs.ts'

const schedule: SliceSchedule = {
  timesSeconds: Float64Array.from({ length: 16 }, (_, z) => ((z * 7) % 16) / 8),
  axis: 2,
  trSeconds: 2,
}
const plan = (mode: SlicePlan['mode']): SlicePlan => ({
  schedule: mode === 'none' ? undefined : schedule,
  mode,
  startSeconds: 0,
  findings: [],
  words: '',
})

function split(series: Float32Array): Float32Array[] {
  return Array.from({ length: series.length / nHeadVoxels }, (_, index) =>
    series.slice(index * nHeadVoxels, (index + 1) * nHeadVoxels),
  )
}

async function pass(
  series: Float32Array,
  mode: SlicePlan['mode'],
): Promise<{ volumes: Float32Array[] } & Omit<ReturnType<typeof preprocessVolumes>, 'volumes'>> {
  const stored: AsyncIterable<NiftiVolume> = Readable.from(
    split(series).map((data, index) => ({ index, data })),
  )
  const run = { bold: 'b.nii', nVolumes: series.length / nHeadVoxels }
  const reference = series.slice(0, nHeadVoxels)
  const passed = preprocessVolumes(stored, run, plan(mode), reference, headGrid)
  const volumes: Float32Array[] = []
  for await (const { index, data } of passed.volumes) volumes[index] = data
  return { ...passed, volumes }
}

describe('preprocessVolumes', () => {
  const moving = headSeries({ nVolumes: 6, motion: (t) => [0, t, 0, 0, 0.01 * t, 0] })

  it.each(['spline', 'none'] as const)('finds a movement and undoes it: %s', async (mode) => {
    const reference = moving.slice(0, nHeadVoxels)
    const { volumes, log } = await pass(moving, mode)
    expect(log.motion!.data[6 * 3 + 1]).toBeCloseTo(3, 0)
    expect(log.motion!.data[6 * 3 + 4]).toBeCloseTo(0.03, 2)
    const before = difference(moving.slice(5 * nHeadVoxels), reference)
    expect(difference(volumes[5]!, reference)).toBeLessThan(0.35 * before)
    expect(log.doubtful).toEqual([])
    expect(describeDoubts(log, 'b')).toEqual([])
  })

  it.each(['causal', 'none'] as const)(
    'is the live preprocessing, to the last bit: %s',
    async (mode) => {
      const spoilt = moving.slice()
      spoilt.fill(0, 3 * nHeadVoxels, 4 * nHeadVoxels)
      spoilt[nHeadVoxels + 5] = NaN
      const { volumes, log } = await pass(spoilt, mode)
      const live = createCausalPreprocessor({
        reference: spoilt.slice(0, nHeadVoxels),
        grid: headGrid,
        ...(mode === 'causal' ? { schedule } : {}),
      })
      for (const [t, volume] of split(spoilt).entries()) {
        const done = live.next(volume, t)
        expect(done.volume).toEqual(volumes[t])
        expect([...done.motion!.parameters]).toEqual([
          ...log.motion!.data.subarray(6 * t, 6 * t + 6),
        ])
      }
      expect(log.gaps).toEqual({ blank: [3], notFinite: [1], worst: 1 })
    },
  )

  it('measures the same motion whatever is done about slice times', async () => {
    const [spline, causal] = await Promise.all([pass(moving, 'spline'), pass(moving, 'causal')])
    expect(spline.log.motion).toEqual(causal.log.motion)
  })

  it('names volumes that do not look like the reference', async () => {
    const series = headSeries({ nVolumes: 2 })
    for (let v = 0; v < nHeadVoxels; v++) series[nHeadVoxels + v] = v % 7 === 0 ? 900 : 0
    const { log } = await pass(series, 'none')
    const [finding] = describeDoubts(log, 'odd.nii')
    expect(finding).toMatchObject({ code: 'REALIGN_NOT_CONVERGED', severity: 'warning' })
    expect(finding!.message).toContain('volume 1 of odd.nii')
  })
})

/** Root mean square difference, away from the border. */
function difference(a: Float32Array, b: Float32Array): number {
  const [nx, ny, nz] = headGrid.shape
  let [sum, count] = [0, 0]
  for (let z = 3; z < nz - 3; z++)
    for (let y = 3; y < ny - 3; y++)
      for (let x = 3; x < nx - 3; x++) {
        const v = x + nx * (y + ny * z)
        sum += (a[v]! - b[v]!) ** 2
        count += 1
      }
  return Math.sqrt(sum / count)
}
