/** Framewise displacement and DVARS of a run -> the volumes that stand out: flagged, never deleted. */
import { createFinding, LimbicError, type Finding } from '../../core/errors/index.ts'
import type { NamedColumn } from '../confounds/index.ts'

export interface OutlierOptions {
  /** 0.5 by default. */
  readonly maxFramewiseDisplacementMm?: number
  /** Standardised DVARS; 1.5 by default. */
  readonly maxDvars?: number
  /** The run, for messages. */
  readonly run?: string
}

/** Which volumes stand out. */
export interface OutlierVolumes {
  /** `[nVolumes]`, 1 for volumes over a threshold. */
  readonly flags: Uint8Array
  /** Their indices, ascending. */
  readonly volumes: readonly number[]
  /** One warning that names them, or none. */
  readonly findings: readonly Finding[]
}

/**
 * Flags the volumes that moved or changed too much since the one before.
 *
 * @param framewiseDisplacementMm - Per volume.
 * @param standardizedDvars - Per volume.
 * @param options - Thresholds, fMRIPrep's by default.
 * @returns Flags, and a warning when there are any. A value that is not a number counts as too large.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the two differ in length.
 */
export function flagOutlierVolumes(
  framewiseDisplacementMm: ArrayLike<number>,
  standardizedDvars: ArrayLike<number>,
  options: OutlierOptions = {},
): OutlierVolumes {
  const { maxFramewiseDisplacementMm: fdMm = 0.5, maxDvars: dvars = 1.5, run = 'the run' } = options
  const nVolumes = framewiseDisplacementMm.length
  if (standardizedDvars.length !== nVolumes)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'framewise displacement and DVARS of a run',
      expected: `${nVolumes} volumes`,
      found: `${standardizedDvars.length}`,
    })
  const flags = Uint8Array.from({ length: nVolumes }, (_, t) =>
    framewiseDisplacementMm[t]! <= fdMm && standardizedDvars[t]! <= dvars ? 0 : 1,
  )
  const volumes = [...flags.keys()].filter((t) => flags[t] === 1)
  const finding = createFinding('warning', 'OUTLIER_VOLUMES', {
    run,
    volumes,
    nVolumes,
    fdMm,
    dvars,
  })
  return { flags, volumes, findings: volumes.length === 0 ? [] : [finding] }
}

/**
 * One regressor per flagged volume, which takes that volume out of a fit and leaves it in the run.
 *
 * @param flags - `[nVolumes]`, 1 for volumes that stand out.
 * @returns Columns `motion_outlier00`, ... of zeros with a single 1.
 * @throws Never.
 * @example
 * const spikes = spikeRegressors(Uint8Array.of(0, 1, 0)).length // spikes = 1
 */
export function spikeRegressors(flags: Uint8Array): NamedColumn[] {
  const flagged = [...flags.keys()].filter((t) => flags[t] !== 0)
  return flagged.map((volume, i) => [
    `motion_outlier${String(i).padStart(2, '0')}`,
    Float64Array.from(flags, (_, t) => (t === volume ? 1 : 0)),
  ])
}
