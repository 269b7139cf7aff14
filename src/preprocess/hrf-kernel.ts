/** Time -> haemodynamic response kernels, sampled on a fine grid from stimulus onset; a kernel is a Float64Array of samples. */
import { LimbicError } from '../core/errors/index.ts'
import { gammaPdf } from '../math/gamma.ts'

/** The canonical kernels on offer. */
export type HrfKernel = 'spm' | 'glover'

/** How a kernel is sampled. */
export interface HrfSampling {
  /** Samples per TR; 50 by default. */
  readonly oversampling?: number
  /** Length of the kernel in seconds; 32 by default. */
  readonly lengthSeconds?: number
  /** Delay of the whole response in seconds; 0 by default. */
  readonly onsetSeconds?: number
}

interface GammaDifference {
  readonly delay: number
  readonly undershoot: number
  readonly dispersion: number
  readonly undershootDispersion: number
  readonly ratio: number
}

const spm: GammaDifference = {
  delay: 6,
  undershoot: 16,
  dispersion: 1,
  undershootDispersion: 1,
  ratio: 0.167,
}

const glover: GammaDifference = {
  delay: 6,
  undershoot: 12,
  dispersion: 0.9,
  undershootDispersion: 0.9,
  ratio: 0.35,
}

const onsetStep = 0.1
const dispersionStep = 0.01

/**
 * SPM's canonical response as nilearn samples it.
 *
 * @param trSeconds - Repetition time in seconds.
 * @param sampling - Grid; 50 samples per TR over 32 s by default.
 * @returns `round(lengthSeconds / dt)` samples that sum to 1, `dt = trSeconds / oversampling`.
 * @throws {LimbicError} `VALUE_INVALID` when a time or the oversampling is not a positive number.
 * @remarks Agrees with nilearn 0.10.4 `spm_hrf` to 1e-9: shifted by one fine step, and the grid includes its end point.
 * @example
 * const nSamples = spmHrf(2, { oversampling: 1 }).length // nSamples = 16
 */
export function spmHrf(trSeconds: number, sampling: HrfSampling = {}): Float64Array {
  return gammaDifference(spm, trSeconds, sampling)
}

/**
 * Glover's canonical response as nilearn samples it.
 *
 * @param trSeconds - Repetition time in seconds.
 * @param sampling - Grid; 50 samples per TR over 32 s by default.
 * @returns `round(lengthSeconds / dt)` samples that sum to 1.
 * @throws {LimbicError} `VALUE_INVALID` when a time or the oversampling is not a positive number.
 * @remarks Glover (1999), NeuroImage 9:416-429; agrees with nilearn 0.10.4 `glover_hrf` to 1e-9.
 */
export function gloverHrf(trSeconds: number, sampling: HrfSampling = {}): Float64Array {
  return gammaDifference(glover, trSeconds, sampling)
}

/**
 * Derivative of a canonical response with respect to its onset.
 *
 * @param kernel - Which response.
 * @param trSeconds - Repetition time in seconds.
 * @param sampling - Grid, as for the response itself.
 * @returns One sample per sample of the response, per second of delay.
 * @throws {LimbicError} `VALUE_INVALID` when a time or the oversampling is not a positive number.
 * @remarks Finite difference over 0.1 s, as nilearn 0.10.4 `spm_time_derivative` and `glover_time_derivative`.
 */
export function hrfTimeDerivative(
  kernel: HrfKernel,
  trSeconds: number,
  sampling: HrfSampling = {},
): Float64Array {
  const shape = kernel === 'spm' ? spm : glover
  const later = { ...sampling, onsetSeconds: (sampling.onsetSeconds ?? 0) + onsetStep }
  return difference(
    gammaDifference(shape, trSeconds, sampling),
    gammaDifference(shape, trSeconds, later),
    onsetStep,
  )
}

/**
 * Derivative of a canonical response with respect to the width of its peak.
 *
 * @param kernel - Which response.
 * @param trSeconds - Repetition time in seconds.
 * @param sampling - Grid, as for the response itself.
 * @returns One sample per sample of the response.
 * @throws {LimbicError} `VALUE_INVALID` when a time or the oversampling is not a positive number.
 * @remarks Finite difference over 0.01, as nilearn 0.10.4; like nilearn, Glover's derivative takes an undershoot of dispersion 1.
 */
export function hrfDispersionDerivative(
  kernel: HrfKernel,
  trSeconds: number,
  sampling: HrfSampling = {},
): Float64Array {
  const shape = kernel === 'spm' ? spm : { ...glover, undershootDispersion: 1 }
  const wider = { ...shape, dispersion: shape.dispersion + dispersionStep }
  return difference(
    gammaDifference(shape, trSeconds, sampling),
    gammaDifference(wider, trSeconds, sampling),
    dispersionStep,
  )
}

/**
 * The textbook double gamma, one sample per volume from stimulus onset on, without nilearn's shift and stretched grid.
 *
 * @param trSeconds - Repetition time in seconds.
 * @param lengthSeconds - Samples lie at `0, TR, ...` below this time; 32 by default.
 * @returns Samples that sum to 1.
 * @throws {LimbicError} `VALUE_INVALID` when a time is not a positive number.
 * @remarks `gammaPdf(t, 6) - gammaPdf(t, 16) / 6`, Friston et al. (1998), NeuroImage 7:30-40.
 */
export function doubleGammaHrf(trSeconds: number, lengthSeconds = 32): Float64Array {
  assertPositive('trSeconds', trSeconds)
  assertPositive('lengthSeconds', lengthSeconds)
  // The tolerance keeps a length that is a whole number of TRs from gaining a sample by rounding (0.8 * 40).
  const nSamples = Math.max(1, Math.ceil(lengthSeconds / trSeconds - 1e-9))
  const samples = Float64Array.from({ length: nSamples }, (_, i) => {
    const t = i * trSeconds
    return gammaPdf(t, 6) - gammaPdf(t, 16) / 6
  })
  return scaledToSumOne(samples)
}

function gammaDifference(
  shape: GammaDifference,
  trSeconds: number,
  sampling: HrfSampling,
): Float64Array {
  const { oversampling = 50, lengthSeconds = 32, onsetSeconds = 0 } = sampling
  assertPositive('trSeconds', trSeconds)
  assertPositive('oversampling', oversampling)
  assertPositive('lengthSeconds', lengthSeconds)
  const dt = trSeconds / oversampling
  const nSamples = roundHalfEven(lengthSeconds / dt)
  const step = nSamples > 1 ? lengthSeconds / (nSamples - 1) : 0
  const samples = Float64Array.from({ length: nSamples }, (_, i) => {
    const t = i * step - onsetSeconds - dt
    return (
      gammaPdf(t, shape.delay / shape.dispersion, shape.dispersion) -
      shape.ratio *
        gammaPdf(t, shape.undershoot / shape.undershootDispersion, shape.undershootDispersion)
    )
  })
  return scaledToSumOne(samples)
}

function difference(a: Float64Array, b: Float64Array, step: number): Float64Array {
  return a.map((value, i) => (value - b[i]!) / step)
}

function scaledToSumOne(samples: Float64Array): Float64Array {
  const sum = samples.reduce((total, value) => total + value, 0)
  return samples.map((value) => value / sum)
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value)
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

function assertPositive(what: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value)))
    throw new LimbicError('VALUE_INVALID', {
      what,
      expected: 'a number above 0',
      found: `${value}`,
    })
}
