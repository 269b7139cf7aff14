/** A run of 60 volumes with one jump, for pages. */
import { createFinding } from '../../../../src/core/errors/index.ts'
import { createRng } from '../../../../src/core/rng.ts'
import { reduceCarpet, type RunQuality } from '../../../../src/evaluate/report/quality/index.ts'

export function sampleQuality(changes: Partial<RunQuality> = {}): RunQuality {
  const rng = createRng(4)
  const n = 60
  const shape = [12, 14, 10] as const
  const nVoxels = shape[0] * shape[1] * shape[2]
  const mask = Uint8Array.from({ length: nVoxels }, (_, i) => {
    const [x, y, z] = [i % 12, Math.floor(i / 12) % 14, Math.floor(i / 168)]
    return Math.hypot((x - 5.5) / 4.5, (y - 6.5) / 5.5, (z - 4.5) / 3.8) < 1 ? 1 : 0
  })
  const values = (mean: number, sd: number): Float64Array =>
    Float64Array.from({ length: n }, () => mean + sd * rng.normal())
  const displacementMm = values(0.15, 0.04).map(Math.abs)
  displacementMm[0] = 0
  displacementMm[30] = 0.8
  const series = Float32Array.from({ length: n * 300 }, () => 1000 + 10 * rng.normal())
  return {
    title: 'sub-01_task-emotion_run-1',
    facts: [['volumes', '60 at 2 s, 2.0 minutes']],
    trSeconds: 2,
    motion: {
      data: Float64Array.from(
        { length: 6 * n },
        (_, i) => (i % 6 < 3 ? 0.1 : 0.002) * rng.normal(),
      ),
      nRows: n,
      nCols: 6,
    },
    displacementMm,
    maxDisplacementMm: 0.5,
    dvars: values(1, 0.05),
    maxDvars: 1.5,
    globalSignal: values(1000, 2),
    outliers: [30],
    grid: { shape, affine: [-4, 0, 0, 22, 0, 4, 0, -26, 0, 0, 4, -18, 0, 0, 0, 1] },
    mean: Float32Array.from(mask, (inside) => 900 * inside + 50 * rng.uniform()),
    mask,
    tsnr: {
      volume: Float32Array.from(mask, (inside) => inside * (60 + 10 * rng.normal())),
      median: 61.2,
      quartiles: [54, 68],
    },
    carpet: reduceCarpet({ data: series, nRows: n, nCols: 300 }),
    findings: [createFinding('warning', 'SLICE_TIMING_MISSING', { where: 'sub-01_bold.nii.gz' })],
    ...changes,
  }
}
