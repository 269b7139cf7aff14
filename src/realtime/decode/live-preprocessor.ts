/** Raw volumes [nVoxels] in the order they come -> the same realigned as the session asks, with the head's motion. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Decoded } from '../../core/schemas/feedback.ts'
import type { SessionPolicy } from '../../core/schemas/session.ts'
import type { DataStep } from '../../core/schemas/pipeline.ts'
import type { MotionParameters } from '../../preprocess/motion.ts'
import {
  createCausalPreprocessor,
  type CausalPreprocessor,
  type CausalPreprocessorOptions,
} from '../../preprocess/causal-preprocessor.ts'
import type { DecoderInput } from './decoder-port.ts'

/** A volume as the decoder takes it. */
export interface LiveVolume {
  readonly data: Float32Array
  /** Null when volumes are not realigned. */
  readonly motion: Decoded['motion']
  readonly parameters: MotionParameters | null
}

/** Preprocesses the volumes of one run. */
export type LivePreprocessor = (volume: DecoderInput) => LiveVolume

/**
 * What a session realigns to.
 *
 * @param realign - As the policy says.
 * @param preprocess - How the decoder's pipeline was trained.
 * @param hasReference - Whether the calibration brings a reference volume.
 * @returns The same without `auto`: a pipeline with minimal preprocessing was trained on realigned volumes, so its decoder needs them.
 * @throws {LimbicError} `VALUE_INVALID` when a reference is asked for and there is none.
 * @example
 * const target = resolveRealign('auto', 'minimal', false) // target = 'first'
 */
export function resolveRealign(
  realign: SessionPolicy['realign'],
  preprocess: DataStep['preprocess'],
  hasReference: boolean,
): Exclude<SessionPolicy['realign'], 'auto'> {
  if (realign === 'calibration' && !hasReference)
    throw new LimbicError('VALUE_INVALID', {
      what: 'the reference of the realignment',
      expected: '`first` or `none`, since the calibration brings no reference volume',
      found: 'calibration',
    })
  if (realign !== 'auto') return realign
  if (preprocess !== 'minimal') return 'none'
  return hasReference ? 'calibration' : 'first'
}

/**
 * Makes the preprocessing of one run.
 *
 * @param realign - What volumes are realigned to.
 * @param reference - The reference of the calibration; of no concern for `none` and `first`.
 * @returns A function to be called with every volume in order. With `first`, the first volume it is given is the reference.
 * @throws {LimbicError} As `createCausalPreprocessor`.
 */
export function createLivePreprocessor(
  realign: Exclude<SessionPolicy['realign'], 'auto'>,
  reference?: CausalPreprocessorOptions,
): LivePreprocessor {
  if (realign === 'none') return ({ data }) => ({ data, motion: null, parameters: null })
  // Preparing a reference takes longer than a volume, so it is not left to the first one where it is known before.
  let preprocessor: CausalPreprocessor | undefined =
    realign === 'calibration' && reference !== undefined
      ? createCausalPreprocessor(reference)
      : undefined
  let isFirst = true
  return ({ index, grid, data }) => {
    preprocessor ??= createCausalPreprocessor({ reference: data.slice(), grid, name: 'the run' })
    const { volume, motion, displacementMm } = preprocessor.next(data, index)
    const parameters = motion?.parameters ?? null
    const displacement = isFirst ? null : displacementMm
    isFirst = false
    return { data: volume, parameters, motion: describeMotion(parameters, displacement) }
  }
}

function describeMotion(
  parameters: MotionParameters | null,
  framewiseDisplacementMm: number | null,
): Decoded['motion'] {
  if (parameters === null) return null
  const [x, y, z, ...rotations] = parameters
  const [rx, ry, rz] = rotations.map((angle) => (angle * 180) / Math.PI) as [number, number, number]
  return { translationMm: [x, y, z], rotationDeg: [rx, ry, rz], framewiseDisplacementMm }
}
