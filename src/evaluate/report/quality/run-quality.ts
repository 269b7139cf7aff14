/** The contents of a quality page: one run, its motion, its noise, its images. */
import type { Finding } from '../../../core/errors/index.ts'
import type { FloatArray, Grid, Matrix } from '../../../core/types.ts'
import type { Pixels } from './png.ts'

export interface RunQuality {
  /** Name of the run, as `sub-01_task-emotion_run-1`. */
  readonly title: string
  /** What was measured and how it was treated: names and words. */
  readonly facts: readonly (readonly [name: string, words: string])[]
  readonly trSeconds: number
  /** `[nVolumes x 6]`, mm and rad; undefined when it was not measured. */
  readonly motion: Matrix | undefined
  /** Framewise displacement per volume; undefined without motion. */
  readonly displacementMm: Float64Array | undefined
  /** Volumes above are flagged. */
  readonly maxDisplacementMm: number
  /** Standardised DVARS per volume. */
  readonly dvars: Float64Array
  readonly maxDvars: number
  /** Mean over brain voxels, per volume. */
  readonly globalSignal: Float64Array
  /** 0-based volumes that stand out, ascending. */
  readonly outliers: readonly number[]
  readonly grid: Grid
  /** Mean volume, `[nVoxels]`. */
  readonly mean: FloatArray
  /** 1 inside the brain. */
  readonly mask: Uint8Array
  /** Temporal signal-to-noise ratio: `[nVoxels]`, 0 outside the mask, and over voxels. */
  readonly tsnr: {
    readonly volume: Float32Array
    readonly median: number
    readonly quartiles: readonly [number, number]
  }
  readonly carpet: Pixels
  readonly findings: readonly Finding[]
}
