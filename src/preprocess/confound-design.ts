/** Drift, high-pass and confounds -> one orthonormal basis [nVolumes x rank] of everything that is cleaned away from a run. */
import { LimbicError } from '../core/errors/index.ts'
import type { Matrix, Matrix64 } from '../core/types.ts'
import { orthonormalBasis } from '../math/least-squares.ts'
import { joinColumns } from '../math/matrix.ts'

/** Polynomial drift: `linear` is a polynomial of order 1. Every order from 0 up takes the mean away. */
export type Detrend = 'none' | 'linear' | { readonly polynomial: number }

/** What is taken out of every voxel's series. */
export interface CleaningDesignOptions {
  readonly detrend: Detrend
  /** Slower fluctuations than this are removed by cosines; none when left out. */
  readonly highPassHz?: number
  readonly trSeconds: number
  /** `[nVolumes x nConfounds]`; values that are not finite are replaced by their column's mean. */
  readonly confounds?: Matrix
}

/** The orthonormal directions that cleaning removes. */
export interface CleaningDesign {
  /** `[nVolumes x rank]` */
  readonly basis: Matrix64
  /** Whether the mean is among them. */
  readonly removesMean: boolean
}

/**
 * One joint basis of drift, slow cosines and confounds, so that none brings back what another has removed.
 *
 * @param nVolumes - Volumes of the run.
 * @param options - What to remove.
 * @returns The basis. Confounds are centred first: without drift terms a voxel keeps its mean.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the confounds have another number of volumes; `VALUE_INVALID` for an unusable order,
 *   frequency or TR; `CLEAN_TOO_FEW_VOLUMES` when the terms leave nothing of the series.
 * @remarks Lindquist et al. (2019), Hum. Brain Mapp. 40:2358-2376, show why the terms must be fitted jointly. O(nVolumes p^2).
 */
export function cleaningDesign(nVolumes: number, options: CleaningDesignOptions): CleaningDesign {
  const { detrend, highPassHz, trSeconds, confounds } = options
  const order = driftOrder(detrend)
  if (confounds !== undefined && confounds.nRows !== nVolumes)
    throw new LimbicError('SHAPE_MISMATCH', {
      what: 'the confounds and the volumes of a run',
      expected: `${nVolumes} rows of confounds`,
      found: `${confounds.nRows}`,
    })
  const parts: Matrix[] = []
  if (order >= 0) parts.push(legendreDrift(nVolumes, order))
  if (highPassHz !== undefined)
    parts.push(withoutLastColumn(cosineDrift(nVolumes, trSeconds, highPassHz)))
  if (confounds !== undefined) parts.push(centredConfounds(confounds))
  const design = joinColumns(parts, nVolumes)
  const basis = orthonormalBasis(design).q
  if (basis.nCols >= nVolumes)
    throw new LimbicError('CLEAN_TOO_FEW_VOLUMES', { nVolumes, nTerms: design.nCols })
  return { basis, removesMean: order >= 0 }
}

/**
 * Legendre polynomials over a run.
 *
 * @param nVolumes - Volumes of the run.
 * @param order - Highest order.
 * @returns `[nVolumes x (order + 1)]`; column k is the polynomial of order k on -1..1.
 * @throws Never.
 * @remarks The basis of PyMVPA's `poly_detrend`; better conditioned than powers of time.
 * @example
 * const drift = legendreDrift(3, 1).data // drift = [1, -1, 1, 0, 1, 1]
 */
export function legendreDrift(nVolumes: number, order: number): Matrix64 {
  const nCols = order + 1
  const data = new Float64Array(nVolumes * nCols)
  for (let t = 0; t < nVolumes; t++) {
    const x = nVolumes > 1 ? (2 * t) / (nVolumes - 1) - 1 : 0
    let [previous, current] = [0, 1]
    for (let k = 0; k <= order; k++) {
      data[t * nCols + k] = current
      const next = ((2 * k + 1) * x * current - k * previous) / (k + 1)
      previous = current
      current = next
    }
  }
  return { data, nRows: nVolumes, nCols }
}

/**
 * Discrete cosines slower than a cut-off, and a constant.
 *
 * @param nVolumes - Volumes of the run.
 * @param trSeconds - Repetition time in seconds.
 * @param highPassHz - Cut-off in Hz.
 * @returns `[nVolumes x (order + 1)]`, `order = floor(2 nVolumes highPassHz trSeconds)`; the last column is 1.
 * @throws {LimbicError} `VALUE_INVALID` when the TR is not above 0 or the cut-off is below 0.
 * @remarks Ashburner and Friston's set, as nilearn 0.10.4 `create_cosine_drift`.
 */
export function cosineDrift(nVolumes: number, trSeconds: number, highPassHz: number): Matrix64 {
  if (!(trSeconds > 0 && Number.isFinite(trSeconds)))
    throw invalid('trSeconds', 'a number above 0', trSeconds)
  if (!(highPassHz >= 0 && Number.isFinite(highPassHz)))
    throw invalid('highPassHz', 'a frequency of 0 or more', highPassHz)
  // The TR as nilearn recovers it from the volume times: the floor below may turn on its last bit.
  const dt = nVolumes > 1 ? ((nVolumes - 1) * trSeconds) / (nVolumes - 1) : trSeconds
  const order = Math.min(nVolumes - 1, Math.floor(2 * nVolumes * highPassHz * dt))
  const nCols = order + 1
  const height = Math.sqrt(2 / nVolumes)
  const data = Float64Array.from({ length: nVolumes * nCols }, (_, i) => {
    const t = Math.floor(i / nCols)
    const k = (i % nCols) + 1
    return k === nCols ? 1 : height * Math.cos((Math.PI / nVolumes) * (t + 0.5) * k)
  })
  return { data, nRows: nVolumes, nCols }
}

/** Order of the polynomial, -1 for none. */
function driftOrder(detrend: Detrend): number {
  if (detrend === 'none') return -1
  const order = detrend === 'linear' ? 1 : detrend.polynomial
  if (!(Number.isInteger(order) && order >= 0))
    throw invalid('the order of the polynomial drift', 'a whole number from 0', order)
  return order
}

function withoutLastColumn({ data, nRows, nCols }: Matrix64): Matrix64 {
  return { data: data.filter((_, i) => i % nCols !== nCols - 1), nRows, nCols: nCols - 1 }
}

function centredConfounds({ data, nRows, nCols }: Matrix): Matrix64 {
  const centred = new Float64Array(data.length)
  for (let j = 0; j < nCols; j++) {
    const column = Float64Array.from({ length: nRows }, (_, t) => data[t * nCols + j]!)
    const finite = column.filter(Number.isFinite)
    const mean = finite.reduce((sum, value) => sum + value / finite.length, 0)
    const largest = finite.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
    column.forEach((value, t) => {
      const deviation = value - mean
      // A constant confound leaves rounding noise, which must not become a direction of its own.
      const noise = Math.abs(deviation) <= 1e-14 * largest
      centred[t * nCols + j] = Number.isFinite(deviation) && !noise ? deviation : 0
    })
  }
  return { data: centred, nRows, nCols }
}

function invalid(what: string, expected: string, found: number): LimbicError {
  return new LimbicError('VALUE_INVALID', { what, expected, found: `${found}` })
}
