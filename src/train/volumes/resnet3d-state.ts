/** The fitted 3D ResNet as plain numbers, the tf.LayersModel that these numbers make, and its scores `[nSamples x nClasses]`. */
import { resnet3d, type Resnet3dDepth, type Resnet3dPreset } from '../../../models/index.ts'
import type { Matrix, Matrix64 } from '../../core/types.ts'
import type { Engine } from '../../engine/index.ts'
import type { ClassifierState, EpochRecord, ScoreContext, Scorer } from '../classifier.ts'
import { assertFeatureCount } from '../linear/linear-state.ts'
import { concatenate, forward } from '../network/forward.ts'
import { loadNetwork } from '../network/loaded-network.ts'
import { writeWeights, type WeightArray } from '../network/weights.ts'
import { volumeInputs } from './volume-feed.ts'
import type { VoxelGrid } from './volume-samples.ts'
import type { LayersModel } from '@tensorflow/tfjs-layers'

/** A fitted 3D ResNet. */
export interface Resnet3dState extends ClassifierState {
  readonly kind: 'classifier/resnet3d'
  readonly preset: Resnet3dPreset
  readonly depth: Resnet3dDepth
  /** Networks whose scores are averaged; absent in states from before there could be several. */
  readonly members?: number
  /** Where features lie in a volume; all other voxels are 0. */
  readonly grid: VoxelGrid
  /** Whether each volume is brought to mean 0 and SD 1 before the network. */
  readonly volumeZ: boolean
  /** Every weight of every network, moving statistics included, one network after the other, named as in the model. */
  readonly weights: readonly WeightArray[]
  readonly epochs: readonly EpochRecord[]
}

/**
 * Builds the network of a state, with logits as its output.
 *
 * @param engine - Where it runs.
 * @param state - The fitted network.
 * @returns Model `[batch x nx x ny x nz x 1]` -> logits `[batch x nClasses]`; the caller disposes it.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the state's weights are not those of its preset.
 */
export function createResnet3dModel(engine: Engine, state: Resnet3dState): LayersModel {
  const model = resnet3d(engine.tf, {
    preset: state.preset,
    depth: state.depth,
    shape: state.grid.shape,
    nClasses: state.nClasses,
    members: state.members ?? 1,
    seed: 0,
    output: 'logits',
    weights: 'zeros',
    fused: engine.fused,
  })
  try {
    writeWeights(engine.tf, model, inOrderOf(model, state.weights))
  } catch (error) {
    model.dispose()
    throw error
  }
  return model
}

/** The model's layers come depth by depth, those of all networks side by side. */
function inOrderOf(model: LayersModel, weights: readonly WeightArray[]): readonly WeightArray[] {
  const byName = new Map(weights.map((weight) => [weight.name, weight]))
  const ordered = model.weights.flatMap(({ originalName }) => byName.get(originalName) ?? [])
  // What does not fit is refused by whoever writes them.
  return ordered.length === weights.length ? ordered : weights
}

/**
 * Loads a network for repeated use: on ONNX Runtime, or on the engine where ONNX Runtime does not load.
 *
 * @param state - The fitted network.
 * @param context - Where networks run.
 * @returns The scorer; the caller disposes it.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the state's weights are not those of its preset, and from the scorer when volumes have another
 *   number of voxels than the training samples.
 */
export async function createResnet3dScorer(
  state: Resnet3dState,
  context: ScoreContext,
): Promise<Scorer> {
  const engine = await context.openEngine()
  const network = await loadNetwork(engine, createResnet3dModel(engine, state))
  return {
    score: (features) => scoreVolumes(state, features, (input) => network.run(input)),
    dispose: () => network.dispose(),
  }
}

/**
 * Class scores of many volumes, on the engine.
 *
 * @param state - The fitted network.
 * @param features - Volumes `[nSamples x nVoxels]`, voxels as in the training samples.
 * @param context - Where the network runs.
 * @returns Logits `[nSamples x nClasses]`; their softmax are probabilities.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the number of voxels differs from the training samples'.
 */
export async function scoreResnet3d(
  state: Resnet3dState,
  features: Matrix,
  context: ScoreContext,
): Promise<Matrix64> {
  const engine = await context.openEngine()
  const model = createResnet3dModel(engine, state)
  try {
    const sampleShape = [...state.grid.shape, 1]
    const run = (input: Float32Array): Promise<Float32Array> =>
      forward(engine.tf, model, input, sampleShape)
    return await scoreVolumes(state, features, run)
  } finally {
    model.dispose()
  }
}

async function scoreVolumes(
  state: Resnet3dState,
  features: Matrix,
  run: (input: Float32Array) => Promise<Float32Array>,
): Promise<Matrix64> {
  assertFeatureCount(state.nFeatures, features)
  const logits: Float32Array[] = []
  for (const input of volumeInputs(state.grid, features, state)) logits.push(await run(input))
  const data = Float64Array.from(concatenate(logits))
  return { data, nRows: features.nRows, nCols: state.nClasses }
}
