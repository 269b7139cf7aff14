import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { BidsRun } from '../../../src/io/bids/index.ts'
import type { NiftiVolume } from '../../../src/io/nifti/index.ts'
import { correctBySpline, planSliceTiming } from '../../../src/pipeline/preprocess/slice-times.ts'
import type { SliceSchedule } from '../../../src/preprocess/slice-timing.ts'

const shape = [2, 1, 2] as const
const schedule: SliceSchedule = {
  timesSeconds: Float64Array.of(0.5, 1.5),
  axis: 2,
  trSeconds: 2,
}

/** Every voxel is a straight line of time, as measured by its slice. */
function line(nVolumes: number): AsyncIterable<NiftiVolume> {
  return Readable.from(
    Array.from({ length: nVolumes }, (_, index) => ({
      index,
      data: Float32Array.from({ length: 4 }, (_, v) => 2 * index + (v < 2 ? 0.5 : 1.5)),
    })),
  )
}

async function collect(volumes: AsyncIterable<NiftiVolume>): Promise<number[][]> {
  const all: number[][] = []
  for await (const { index, data } of volumes) all[index] = [...data]
  return all
}

describe('slice timing of a stream', () => {
  it('brings every slice to the time of the first', async () => {
    const spline = await collect(correctBySpline(line(6), schedule, [...shape], 6))
    for (let t = 1; t < 6; t++)
      spline[t]!.forEach((value) => expect(value).toBeCloseTo(2 * t + 0.5, 5))
    // Nothing precedes the first volume: it is held as measured.
    expect(spline[0]).toEqual([0.5, 0.5, 1.5, 1.5])
  })
})

describe('planSliceTiming', () => {
  const run = (sidecar: Record<string, unknown>): BidsRun =>
    ({
      bold: 'a_bold.nii',
      sidecar,
      trSeconds: 2,
      header: { grid: { shape } },
    }) as unknown as BidsRun

  it('corrects where slice times are known', () => {
    const plan = planSliceTiming(run({ SliceTiming: [0.25, 1] }), 'spline')
    expect(plan).toMatchObject({ mode: 'spline', startSeconds: 0.25, findings: [] })
    expect(plan.schedule?.timesSeconds).toEqual(Float64Array.of(0.25, 1))
  })

  it('warns where they are not, and is silent where that is wanted or done', () => {
    const missing = planSliceTiming(run({}), 'causal')
    expect(missing.schedule).toBeUndefined()
    expect(missing.findings.map(({ code }) => code)).toEqual(['SLICE_TIMING_MISSING'])
    const silent = [
      planSliceTiming(run({}), 'none'),
      planSliceTiming(run({ SliceTiming: [0, 1], SliceTimingCorrected: true }), 'spline'),
      planSliceTiming(run({ SliceEncodingDirection: 'j-' }), 'spline'),
    ]
    for (const plan of silent) expect(plan).toMatchObject({ schedule: undefined, findings: [] })
  })

  it.each([[[0, 2.5]], [[0, 1, 2]], ['soon'], [[0, -1]]])('refuses the times %j', (SliceTiming) => {
    expect(() => planSliceTiming(run({ SliceTiming }), 'spline')).toThrow(/slice times/)
  })
})
