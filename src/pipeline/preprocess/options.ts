/** What preprocessing a run can be told, with its defaults. */
import type { RunKey } from '../../core/types.ts'

/** Settings that change the numbers. */
export interface PreprocessOptions {
  /**
   * `spline`: through all volumes of the run, for data that are complete; `causal`: from the volume and those before it, as beside the scanner;
   * `none`. Either brings every slice to the time of the first, so that volume n stands for `n TR` plus that time.
   */
  readonly sliceTiming: 'spline' | 'causal' | 'none'
  /** Flag volumes that moved more since the one before. */
  readonly maxFramewiseDisplacementMm: number
  /** Flag volumes whose standardised DVARS is larger. */
  readonly maxDvars: number
  /** Components of the most variable voxels among the confounds. */
  readonly components: number
  /** Cut-off of the cosines among the confounds. */
  readonly highPassHz: number
  /** Confounds to be removed for a cleaned image with labelled volumes, `*` for any characters; no such image when absent. */
  readonly clean?: readonly string[]
}

export const defaultPreprocessOptions: PreprocessOptions = {
  sliceTiming: 'spline',
  maxFramewiseDisplacementMm: 0.5,
  maxDvars: 1.5,
  components: 5,
  highPassHz: 1 / 128,
}

/** The volume that a run is realigned to: one of its own, or of another run of the subject on the same grid. */
export interface RunReference {
  readonly key: RunKey
  readonly bold: string
  /** 0-based. */
  readonly index: number
}
