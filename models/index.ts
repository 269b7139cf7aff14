/** The registry of network architectures: a name and a request for a shape become an uncompiled tf.LayersModel. */
import { cnn1d } from './cnn1d.ts'
import { cnn1dPresets, type Cnn1dPreset } from './cnn1d-training.ts'
import { resnet3d } from './resnet3d.ts'
import { resnet3dPresets, type Resnet3dPreset } from './resnet3d-training.ts'
import { LimbicError } from '../src/core/errors/index.ts'
import type { Tf } from '../src/engine/tf.ts'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import leven from 'leven'

export { cnn1d, ldaLayerName, type Cnn1dOptions } from './cnn1d.ts'
export {
  cnn1dPresets,
  cnn1dTraining,
  compactInput,
  type Cnn1dPreset,
  type NetworkTraining,
  type PlateauSettings,
} from './cnn1d-training.ts'
export { memberPrefix, resnet3d, type Resnet3dOptions } from './resnet3d.ts'
export {
  resnet3dPresets,
  resnet3dTraining,
  resnet3dVariants,
  type Resnet3dDepth,
  type Resnet3dPreset,
  type VolumeTraining,
} from './resnet3d-training.ts'

/** What every architecture can be asked for. */
export interface ModelRequest {
  readonly preset: string
  /** Shape of one sample, without the batch axis. */
  readonly inputShape: readonly number[]
  readonly nClasses: number
  readonly seed: number
}

export interface ModelEntry {
  readonly presets: readonly string[]
  /** File beside this one that says what the model is and what it cannot do. */
  readonly card: string
  /** Shape of one sample as published for the preset, without the batch axis. */
  inputShape(preset: string): readonly number[]
  build(tf: Tf, request: ModelRequest): LayersModel
}

/** Every architecture by name. */
export const models: Readonly<Record<string, ModelEntry>> = {
  cnn1d: {
    presets: cnn1dPresets,
    card: 'cnn1d.card.md',
    inputShape: (preset) => [preset === 'paper' ? 300 : 32, 1],
    build: (tf, { preset, inputShape, nClasses, seed }) =>
      cnn1d(tf, {
        preset: preset as Cnn1dPreset,
        inputLength: inputShape[0] ?? 0,
        nClasses,
        seed,
      }),
  },
  resnet3d: {
    presets: resnet3dPresets,
    card: 'resnet3d.card.md',
    inputShape: (preset) => (preset === 'paper' ? [64, 64, 44, 1] : [16, 16, 12, 1]),
    build: (tf, { preset, inputShape, nClasses, seed }) =>
      resnet3d(tf, {
        preset: preset as Resnet3dPreset,
        shape: [inputShape[0] ?? 0, inputShape[1] ?? 0, inputShape[2] ?? 0],
        channels: inputShape[3] ?? 1,
        nClasses,
        seed,
      }),
  },
}

/**
 * Looks an architecture up by name.
 *
 * @param name - Name in the registry, such as `cnn1d`.
 * @returns The entry: presets, card, input shape and builder.
 * @throws {LimbicError} `MODEL_UNKNOWN` with the nearest name when there is none of that name.
 */
export function findModel(name: string): ModelEntry {
  const entry = Object.hasOwn(models, name) ? models[name] : undefined
  if (entry !== undefined) return entry
  const known = Object.keys(models)
  throw new LimbicError('MODEL_UNKNOWN', { name, known, nearest: nearestName(name, known) })
}

function nearestName(name: string, known: readonly string[]): string | undefined {
  const byDistance = known.map((candidate) => ({ candidate, distance: leven(name, candidate) }))
  const nearest = byDistance.sort((a, b) => a.distance - b.distance)[0]
  // Half the letters wrong is no typing mistake any more.
  return nearest !== undefined && nearest.distance <= name.length / 2
    ? nearest.candidate
    : undefined
}
