/** Labelled volumes, in memory or on disk -> a trained 3D ResNet as plain numbers. */
import type { VolumeTraining } from '../../../models/index.ts'
import { LimbicError } from '../../core/errors/index.ts'
import type { RunKey } from '../../core/types.ts'
import type { Classifier, FitContext, Samples, VolumeFitContext } from '../classifier.ts'
import { describeBestEpoch } from '../network/best-epoch.ts'
import { resolveResnet3dOptions, type Resnet3dFitOptions } from './resnet3d-options.ts'
import {
  createResnet3dModel,
  createResnet3dScorer,
  scoreResnet3d,
  type Resnet3dState,
} from './resnet3d-state.ts'
import { trainMembers } from './train-members.ts'
import { volumeInputs } from './volume-feed.ts'
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
    prepare: (features) => volumeInputs(state.grid, features, state),
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
  const resolved = resolveResnet3dOptions(options)
  const { preset, depth, training } = resolved
  const { grid, nClasses } = samples
  assertTwoClasses(samples)
  const { epochs, weights } = await trainMembers(samples, resolved, context)
  return {
    kind: 'classifier/resnet3d',
    fittedOn: runsSeen(samples, context.validation, training),
    nClasses,
    nFeatures: grid.voxels.length,
    preset,
    depth,
    members: training.members,
    grid,
    volumeZ: training.volumeZ,
    weights,
    epochs,
    ...describeBestEpoch(epochs, training),
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

function runsSeen(
  samples: VolumeSamples,
  validation: VolumeSamples | undefined,
  { patience, keepBest, schedule }: VolumeTraining,
): RunKey[] {
  const decides = patience !== null || keepBest !== null || schedule === 'plateau'
  const seen = [...samples.runs, ...(decides ? (validation?.runs ?? []) : [])]
  return [...new Set(seen.map(({ key }) => key))]
}
