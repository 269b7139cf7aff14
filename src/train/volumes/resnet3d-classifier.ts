/** Labelled volumes, in memory or on disk -> a trained 3D ResNet as plain numbers. */
import { resnet3d, type VolumeTraining } from '../../../models/index.ts'
import { LimbicError } from '../../core/errors/index.ts'
import type { RunKey } from '../../core/types.ts'
import type { Classifier, FitContext, Samples, VolumeFitContext } from '../classifier.ts'
import { describeBestEpoch } from '../network/best-epoch.ts'
import { openRecords } from '../network/training-records.ts'
import { fingerprintTraining } from '../network/fingerprint.ts'
import { createSwitchedSource } from '../network/switched-source.ts'
import { trainNetwork } from '../network/train-network.ts'
import { readWeights } from '../network/weights.ts'
import { resolveResnet3dOptions, type Resnet3dFitOptions } from './resnet3d-options.ts'
import {
  createResnet3dModel,
  createResnet3dScorer,
  scoreResnet3d,
  type Resnet3dState,
} from './resnet3d-state.ts'
import { createVolumeFeed, createVolumeValidation } from './volume-feed.ts'
import { volumeLabels, type VolumeSamples } from './volume-samples.ts'

/**
 * The 3D ResNet as a classifier of whole volumes. Presets: `compact` (default), a small network for z-scored volumes; `paper`, the network of
 * Tchibozo et al. (2022) on intensities as they are.
 */
export const resnet3dClassifier: Classifier<Resnet3dFitOptions, Resnet3dState> = {
  name: 'resnet3d',
  fit: fitResnet3d,
  fitVolumes: fitResnet3dVolumes,
  score: scoreResnet3d,
  createNetwork: (state, engine) => ({
    model: createResnet3dModel(engine, state),
    input: `a volume [x][y][z], ${state.volumeZ ? 'its voxels brought to mean 0 and SD 1, ' : ''}0 outside the decoder's ${state.nFeatures} voxels`,
  }),
  createScorer: createResnet3dScorer,
}

/**
 * Trains a 3D ResNet on volumes in memory.
 *
 * @param samples - Training volumes `[nSamples x nVoxels]` with labels; `grid` says where the voxels lie.
 * @param options - As `fitResnet3dVolumes`.
 * @param context - As `fitResnet3dVolumes`.
 * @returns The network as plain numbers.
 * @throws {LimbicError} `VALUE_INVALID` when the features are no voxels of a grid, and as `fitResnet3dVolumes`.
 */
export async function fitResnet3d(
  samples: Samples,
  options: Resnet3dFitOptions,
  { validation, ...context }: FitContext,
): Promise<Resnet3dState> {
  return fitResnet3dVolumes(asVolumes(samples), options, {
    ...context,
    ...(validation === undefined ? {} : { validation: asVolumes(validation) }),
  })
}

/**
 * Trains a 3D ResNet on volumes that are read when they are needed.
 *
 * @param samples - Training runs on one grid.
 * @param options - Preset and settings; absent ones take the preset's (`resnet3dTraining`).
 * @param context - Seed, engine, listener; runs of other subjects for validation; a folder for checkpoints.
 * @returns The network as plain numbers. `fittedOn` holds the runs of the samples, and the validation runs where they decided anything (best
 *   epoch, early stopping, learning rate).
 * @throws {LimbicError} `TRAIN_TOO_FEW_CLASSES` when fewer than two classes have volumes; `VALUE_INVALID` when a setting cannot be used;
 *   what reading the runs throws.
 * @remarks The engine stays open; it belongs to the context. Same volumes, settings, seed and engine give the same weights, also after being
 *   killed and started again, unless `maxMinutes` cuts training short. Memory: `bufferMegabytes` of volumes, one batch, the network.
 */
export async function fitResnet3dVolumes(
  samples: VolumeSamples,
  options: Resnet3dFitOptions,
  context: VolumeFitContext,
): Promise<Resnet3dState> {
  const { preset, depth, training, maxMinutes, bufferBytes } = resolveResnet3dOptions(options)
  const { grid, nClasses } = samples
  assertTwoClasses(samples)
  const { validation, rng } = context
  const dropout = createSwitchedSource(rng.fork('dropout'))
  const engine = await context.openEngine()
  const model = resnet3d(engine.tf, {
    preset,
    depth,
    shape: grid.shape,
    nClasses,
    seed: rng.fork('weights').integer(2 ** 31),
    output: 'logits',
    dropoutSource: dropout,
    fused: engine.fused,
  })
  try {
    const settings = { preset, depth, ...training, bufferBytes, ...describe(samples, validation) }
    const fingerprint = fingerprintTraining([grid.voxels], settings, rng)
    const epochs = await trainNetwork({
      engine,
      model,
      sampleShape: [...grid.shape, 1],
      samples: createVolumeFeed(samples, training, rng.fork('pool'), bufferBytes),
      nClasses,
      validation: validation && createVolumeValidation(validation, training),
      training,
      rng,
      onEpochStream: dropout.switchTo,
      emit: context.emit,
      stage: 'train resnet3d',
      unit: 'volumes',
      l2: (name) => l2Of(training, name),
      maxMinutes,
      ...openRecords(context, resnet3dClassifier.name, fingerprint),
    })
    return {
      kind: 'classifier/resnet3d',
      fittedOn: runsSeen(samples, validation, training),
      nClasses,
      nFeatures: grid.voxels.length,
      preset,
      depth,
      grid,
      volumeZ: training.volumeZ,
      weights: await readWeights(model),
      epochs,
      ...describeBestEpoch(epochs, training),
    }
  } finally {
    model.dispose()
  }
}

function asVolumes({ features, labels, nClasses, runs, grid }: Samples): VolumeSamples {
  if (grid === undefined)
    throw new LimbicError('VALUE_INVALID', {
      what: 'the features of the 3D ResNet',
      expected: 'voxels of a grid (select.mode "all" or "shared", align.method "none")',
      found: `${features.nCols} features that lie nowhere`,
    })
  const read = (): Promise<typeof features> => Promise.resolve(features)
  const key = runs.join(' ')
  return { grid, nClasses, runs: [{ key, labels, version: 'in memory', read }] }
}

function assertTwoClasses({ runs, nClasses }: VolumeSamples): void {
  const nPresent = new Set(volumeLabels({ runs })).size
  if (nPresent < 2) throw new LimbicError('TRAIN_TOO_FEW_CLASSES', { nClasses, nPresent })
}

/** What tells these samples from others, without reading them. */
function describe(samples: VolumeSamples, validation: VolumeSamples | undefined): object {
  const of = ({ runs }: VolumeSamples): unknown =>
    runs.map(({ key, version, labels }) => [key, version, [...labels]])
  return { shape: samples.grid.shape, runs: of(samples), validation: validation && of(validation) }
}

function l2Of({ l2, shortcutL2 }: VolumeTraining, name: string): number {
  if (!/\/kernel(_\d+)?$/.test(name)) return 0
  return /shortcut\/kernel/.test(name) ? shortcutL2 : l2
}

function runsSeen(
  samples: VolumeSamples,
  validation: VolumeSamples | undefined,
  { patience, keepBest, schedule }: VolumeTraining,
): RunKey[] {
  const decides = patience !== null || keepBest !== null || schedule === 'plateau'
  const seen = [...samples.runs, ...(decides ? (validation?.runs ?? []) : [])]
  return [...new Set(seen.map(({ key }) => key))]
}
