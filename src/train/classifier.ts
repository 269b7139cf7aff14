/** What every classifier of limbic is: a pair of pure functions around a plain, serialisable state. Features are `[nSamples x nFeatures]`, row-major. */
import type { Emit } from '../core/events.ts'
import type { Rng } from '../core/rng.ts'
import type { Matrix, Matrix64, RunKey, State } from '../core/types.ts'
import type { Engine } from '../engine/index.ts'
import type { VolumeSamples, VoxelGrid } from './volumes/volume-samples.ts'
import type { LayersModel } from '@tensorflow/tfjs-layers'

/** Labelled samples in one feature space. */
export interface Samples {
  /** `[nSamples x nFeatures]`. */
  readonly features: Matrix
  /** Class index per sample, `0..nClasses-1`. */
  readonly labels: Int32Array
  readonly nClasses: number
  /** The runs that the samples come from; copied into the state's `fittedOn`. */
  readonly runs: readonly RunKey[]
  /** Where the features lie, when they are voxels. */
  readonly grid?: VoxelGrid
}

/** One epoch of a training run; linear models have none. */
export interface EpochRecord {
  readonly epoch: number
  readonly loss: number
  readonly accuracy: number
  readonly validationLoss?: number
  readonly validationAccuracy?: number
}

/** A fitted classifier: numbers only, so that it can be stored, hashed and sent to a worker. */
export interface ClassifierState extends State {
  readonly nClasses: number
  readonly nFeatures: number
  readonly epochs?: readonly EpochRecord[]
  /** Number of epochs after which the validation loss was lowest; absent unless training stopped early. */
  readonly bestEpoch?: number
}

/** What fitting may need besides the samples. */
export interface FitContext {
  readonly rng: Rng
  readonly emit: Emit
  /** Where networks run; linear models never ask for it. */
  readonly openEngine: () => Promise<Engine>
  /** Inner validation subjects, outside everything fitted here; only networks use them (early stopping). */
  readonly validation?: Samples
  /** Where a network leaves checkpoints while it trains; none are written without it. */
  readonly checkpointDir?: string
  /** Where a network leaves a CSV file with a row per epoch; none is written without it. */
  readonly trainingLogDir?: string
  /** As `Date.now()`: a network that has checkpoints pauses after the epoch in which this time comes, with `RUN_PAUSED`. */
  readonly deadline?: number
}

/** What fitting on volumes may need besides them. */
export interface VolumeFitContext extends Omit<FitContext, 'validation'> {
  readonly validation?: VolumeSamples
}

/** Where a fitted classifier runs. */
export interface ScoreContext {
  readonly openEngine: () => Promise<Engine>
}

/** A classifier that stays loaded, for one volume after the other. */
export interface Scorer {
  /** Class scores `[nSamples x nClasses]` of features `[nSamples x nFeatures]`. */
  score(features: Matrix): Promise<Matrix64>
  /** Frees what it holds; not to be used afterwards. */
  dispose(): void
}

/** The network in a fitted classifier, for other tools. */
export interface ClassifierNetwork {
  /** Input -> logits `[batch x nClasses]`; the caller disposes it. */
  readonly model: LayersModel
  /** What the input is, in words: the steps from features to it are not part of the network. */
  readonly input: string
  /** Those steps: features `[nSamples x nFeatures]` -> inputs of some samples at a time, in order. */
  readonly prepare: (features: Matrix) => Iterable<Float32Array>
}

/** A family of classifiers; `Options` are its settings with defaults filled in. */
export interface Classifier<Options = unknown, S extends ClassifierState = ClassifierState> {
  readonly name: string
  /** What it is given instead of the decoder's features: how far into its run a sample lies, head motion, or whatever, since it looks at nothing. */
  readonly reads?: 'time' | 'motion' | 'nothing'
  fit(samples: Samples, options: Options, context: FitContext): Promise<S>
  /** Fits on volumes that stay on disk until they are needed; classifiers without it are given all samples at once. */
  fitVolumes?(samples: VolumeSamples, options: Options, context: VolumeFitContext): Promise<S>
  /** Class scores (logits: softmax of them are probabilities) `[nSamples x nClasses]`. */
  score(state: S, features: Matrix, context: ScoreContext): Promise<Matrix64>
  /** The network in it; only networks have one. */
  createNetwork?(state: S, engine: Engine): ClassifierNetwork
  /** Loads the classifier for repeated use; without it, `score` is called each time. */
  createScorer?(state: S, context: ScoreContext): Promise<Scorer>
}
