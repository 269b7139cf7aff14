/** The training settings that belong to each preset of the 1D CNN, as data: what the paper used, and what was measured to work. */

export const cnn1dPresets = ['paper', 'compact'] as const

export type Cnn1dPreset = (typeof cnn1dPresets)[number]

/** How a network is trained. Every field has a value in each preset; callers override single fields. */
export interface NetworkTraining {
  /** Passes over the training samples; `auto` sets them by the number of steps (see `autoEpochs`). */
  readonly epochs: number | 'auto'
  readonly batchSize: number
  /** Whether the last, smaller batch of an epoch is left out; a set smaller than one batch is one batch. */
  readonly dropPartialBatch: boolean
  /** Highest learning rate of Adam. */
  readonly learningRate: number
  /** Decoupled weight decay (AdamW) on kernels, per unit of learning rate. */
  readonly weightDecay: number
  /** Penalty on the absolute value of kernels and biases of dense layers. */
  readonly l1: number
  /** `cosine`: linear rise over `warmUpEpochs`, then a cosine to zero. `plateau`: constant, lowered while the validation loss stands still. */
  readonly schedule: 'cosine' | 'plateau'
  readonly warmUpEpochs: number
  readonly plateau: PlateauSettings
  /** Share of the target probability spread evenly over the classes. */
  readonly labelSmoothing: number
  /** How unequal classes are treated: loss weights, repeated minority samples, or not at all. */
  readonly balance: 'weights' | 'oversample' | 'none'
  /** SD of the Gaussian noise added to the inputs, in input units. */
  readonly inputNoise: number
  /** Epochs without a better validation score after which training stops; null trains all epochs. Needs validation samples. */
  readonly patience: number | null
  /** Whether the weights of the best validation epoch are kept. Needs validation samples. */
  readonly keepBest: 'accuracy' | 'loss' | null
  /** Epochs between checkpoints. */
  readonly checkpointEvery: number
}

/** Lowers the learning rate while the monitored loss stands still, as ReduceLROnPlateau of Keras does. */
export interface PlateauSettings {
  readonly factor: number
  readonly patience: number
  /** Smallest decrease of the loss that counts as progress. */
  readonly minDelta: number
  readonly minLearningRate: number
}

const plateau: PlateauSettings = {
  factor: 0.2,
  patience: 50,
  minDelta: 1e-4,
  minLearningRate: 1e-5,
}

/** Training settings per preset. `paper`: Tchibozo et al. (2022), arXiv 2210.17015. */
export const cnn1dTraining: Readonly<Record<Cnn1dPreset, NetworkTraining>> = {
  paper: {
    epochs: 5000,
    batchSize: 64,
    dropPartialBatch: false,
    learningRate: 0.0045,
    weightDecay: 0,
    l1: 0.005,
    schedule: 'plateau',
    warmUpEpochs: 0,
    plateau,
    labelSmoothing: 0,
    balance: 'oversample',
    inputNoise: 0,
    patience: null,
    keepBest: 'accuracy',
    checkpointEvery: 10,
  },
  compact: {
    epochs: 'auto',
    batchSize: 64,
    dropPartialBatch: true,
    learningRate: 1e-3,
    weightDecay: 1e-2,
    l1: 0,
    schedule: 'cosine',
    warmUpEpochs: 5,
    plateau,
    labelSmoothing: 0.1,
    balance: 'weights',
    inputNoise: 0.7,
    patience: null,
    keepBest: null,
    checkpointEvery: 5,
  },
}

/** What the compact preset does to its input and to the linear model inside it. */
export const compactInput = {
  /** Principal components of the training samples, by falling variance. */
  nComponents: 32,
  /** Shrinkage of the linear discriminant towards a multiple of the identity. */
  ldaShrinkage: 0.6,
  /** Share of the linear discriminant's scores in the logits. */
  ldaGain: 0.5,
} as const
