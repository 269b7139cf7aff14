/** Brain masks and masked series against nilearn's compute_epi_mask and NiftiMasker. */
import { expect } from 'vitest'
import { readNifti } from '../../src/io/nifti/index.ts'
import { cleanRun } from '../../src/preprocess/clean.ts'
import {
  addVolume,
  computeEpiMask,
  createVolumeSum,
  maskIndices,
  meanVolume,
  type EpiMaskOptions,
} from '../../src/preprocess/epi-mask.ts'
import { describeGolden, type GoldenCase } from './_golden.ts'

describeGolden('mask', async (golden) => {
  const { header, data } = await readNifti(golden.inputFile('file'), { float64: true })
  const { grid } = header
  const nVoxels = grid.shape[0] * grid.shape[1] * grid.shape[2]
  const nVolumes = data.length / nVoxels
  const total = createVolumeSum(nVoxels)
  for (let t = 0; t < nVolumes; t++) addVolume(total, data.subarray(t * nVoxels, (t + 1) * nVoxels))
  const mask = computeEpiMask(meanVolume(total), grid, maskOptions(golden))

  // nilearn's voxels come with z fastest, ours with x fastest. Its series are those of its own mask.
  const order = zFastest(grid.shape)
  const reference = golden.hasExpected('mask') ? golden.expectedNumbers('mask') : undefined
  const inside = order.filter((voxel, i) => (reference?.[i] ?? mask[voxel]) === 1)
  const series = {
    data: Float32Array.from({ length: nVolumes * inside.length }, (_, i) => {
      const t = Math.floor(i / inside.length)
      return data[t * nVoxels + inside[i % inside.length]!]!
    }),
    nRows: nVolumes,
    nCols: inside.length,
  }
  for (const name of golden.expectedNames) {
    switch (name) {
      case 'mask': {
        const wanted = golden.expectedNumbers(name)
        const found = order.map((voxel) => mask[voxel]!)
        expect(dice(found, wanted)).toBeGreaterThanOrEqual(golden.expectedTolerance(name).min_dice!)
        expect(maskIndices(mask)).toHaveLength(found.filter((value) => value === 1).length)
        break
      }
      case 'masked':
        golden.expectClose(name, series.data)
        break
      case 'masked_detrend_z':
        golden.expectClose(
          name,
          cleanRun(series, { detrend: 'linear', standardize: 'zscore-sample', trSeconds: 1 }).data,
        )
        break
      default: {
        const { optional = false, informational = false } = golden.expectedTolerance(name)
        expect(optional || informational, `an answer to ${golden.id}.${name}`).toBe(true)
      }
    }
  }
})

function maskOptions({ params }: GoldenCase): EpiMaskOptions {
  return {
    ...(params.opening === undefined ? {} : { opening: params.opening as number | false }),
    ...(params.lower_cutoff === undefined ? {} : { lowerCutoff: Number(params.lower_cutoff) }),
    ...(params.upper_cutoff === undefined ? {} : { upperCutoff: Number(params.upper_cutoff) }),
    ...(params.connected === undefined ? {} : { connected: params.connected === true }),
    ...(params.exclude_zeros === undefined ? {} : { excludeZeros: params.exclude_zeros === true }),
  }
}

function zFastest([nx, ny, nz]: readonly [number, number, number]): number[] {
  return Array.from({ length: nx * ny * nz }, (_, i) => {
    const z = i % nz
    const y = Math.floor(i / nz) % ny
    const x = Math.floor(i / (nz * ny))
    return x + nx * (y + ny * z)
  })
}

function dice(a: readonly number[], b: ArrayLike<number>): number {
  let both = 0
  let sum = 0
  a.forEach((value, i) => {
    both += value * b[i]!
    sum += value + b[i]!
  })
  return (2 * both) / sum
}
