import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { NiftiVolume } from '../../../src/io/nifti/index.ts'
import {
  describeDoubts,
  measureMotion,
  prepareRealignment,
  undoMotion,
} from '../../../src/pipeline/preprocess/realigned-volumes.ts'
import { headGrid, headSeries, nHeadVoxels } from './_head-runs.ts'

function stream(series: Float32Array, nVoxels = nHeadVoxels): AsyncIterable<NiftiVolume> {
  return Readable.from(
    Array.from({ length: series.length / nVoxels }, (_, index) => ({
      index,
      data: series.slice(index * nVoxels, (index + 1) * nVoxels),
    })),
  )
}

describe('realignment of a stream', () => {
  it('finds a movement and undoes it', async () => {
    const series = headSeries({ nVolumes: 2, motion: (t) => [0, 3 * t, 0, 0, 0.04 * t, 0] })
    const reference = series.slice(0, nHeadVoxels)
    const realigner = prepareRealignment(reference, headGrid, 'b', 2)
    const back: Float32Array[] = []
    for await (const { data } of undoMotion(
      measureMotion(stream(series), realigner),
      realigner,
      headGrid,
    ))
      back.push(data)
    const { motion } = realigner.log
    expect(motion!.data[6 + 1]).toBeCloseTo(3, 0)
    expect(motion!.data[6 + 4]).toBeCloseTo(0.04, 2)
    const before = difference(series.subarray(nHeadVoxels), reference)
    expect(difference(back[1]!, reference)).toBeLessThan(0.35 * before)
    expect(difference(back[0]!, reference)).toBeLessThan(1)
    expect(describeDoubts(realigner.log, 'b')).toEqual([])
  })

  it('hands volumes on where they are too thin, and says so', async () => {
    const grid = { ...headGrid, shape: [20, 24, 1] as const }
    const realigner = prepareRealignment(new Float32Array(480).fill(1), grid, 'thin.nii', 1)
    expect(realigner.realigner).toBeUndefined()
    expect(realigner.log.motion).toBeUndefined()
    expect(realigner.findings[0]!.message).toContain('thin.nii')
    const still = stream(new Float32Array(480).fill(5), 480)
    const volumes = undoMotion(measureMotion(still, realigner), realigner, grid)
    for await (const { data } of volumes) expect([...data.subarray(0, 2)]).toEqual([5, 5])
  })

  it('names volumes that do not look like the reference', async () => {
    const series = headSeries({ nVolumes: 2 })
    for (let v = 0; v < nHeadVoxels; v++) series[nHeadVoxels + v] = v % 7 === 0 ? 900 : 0
    const realigner = prepareRealignment(series.slice(0, nHeadVoxels), headGrid, 'b', 2)
    for await (const { data } of measureMotion(stream(series), realigner))
      expect(data).toHaveLength(nHeadVoxels)
    const [finding] = describeDoubts(realigner.log, 'odd.nii')
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
