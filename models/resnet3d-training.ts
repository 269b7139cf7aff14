/** The presets of the 3D ResNet as data: variants of the network, and how each preset is trained. */
import type { NetworkTraining } from './cnn1d-training.ts'

export const resnet3dPresets = ['paper', 'compact'] as const

export type Resnet3dPreset = (typeof resnet3dPresets)[number]

/** A published depth: residual blocks per stage. */
export interface Resnet3dVariant {
  /** `basic`: two 3x3x3 convolutions; `bottleneck`: 1x1x1, 3x3x3 and 1x1x1 with four times the channels. */
  readonly block: 'basic' | 'bottleneck'
  readonly blocksPerStage: readonly number[]
}

/** Depths of the published network; filters start at 64 and double from stage to stage. */
export const resnet3dVariants = {
  18: { block: 'basic', blocksPerStage: [2, 2, 2, 2] },
  34: { block: 'basic', blocksPerStage: [3, 4, 6, 3] },
  50: { block: 'bottleneck', blocksPerStage: [3, 4, 6, 3] },
  101: { block: 'bottleneck', blocksPerStage: [3, 4, 23, 3] },
  152: { block: 'bottleneck', blocksPerStage: [3, 8, 36, 3] },
} as const satisfies Record<number, Resnet3dVariant>

export type Resnet3dDepth = keyof typeof resnet3dVariants

/** Batch normalisation of each preset. */
export const resnet3dNorm: Readonly<
  Record<Resnet3dPreset, { readonly epsilon: number; readonly momentum: number }>
> = {
  paper: { epsilon: 1.001e-5, momentum: 0.99 },
  compact: { epsilon: 1e-5, momentum: 0.9 },
}

/** How a network on volumes is trained: the settings of every network, and what only volumes have. */
export interface VolumeTraining extends NetworkTraining {
  readonly epochs: number
  /** Networks trained on the same volumes from different seeds; their scores are averaged. */
  readonly members: number
  /** Penalty on the squares of convolution and dense kernels. */
  readonly l2: number
  /** The same for kernels of projection shortcuts. */
  readonly shortcutL2: number
  /** Whether each volume is brought to mean 0 and SD 1 over its voxels, on top of what was done to each voxel before. */
  readonly volumeZ: boolean
  /** SD of the factor, mean 1, by which each training volume is multiplied. */
  readonly gainSd: number
  /** Largest shift of a training volume along each axis, in voxels. */
  readonly shiftVoxels: number
  /** Axes along which a training volume is mirrored half of the time. */
  readonly flips: readonly ('x' | 'y' | 'z')[]
}

const plateau = { factor: 0.3, patience: 30, minDelta: 1e-4, minLearningRate: 5e-10 } as const

/** Training settings per preset. `paper`: Tchibozo et al. (2022), arXiv 2210.17015; `inputNoise` is added inside the mask only. */
export const resnet3dTraining: Readonly<Record<Resnet3dPreset, VolumeTraining>> = {
  paper: {
    epochs: 600,
    members: 1,
    batchSize: 32,
    dropPartialBatch: false,
    learningRate: 1e-3,
    weightDecay: 0,
    l1: 0,
    l2: 2e-4,
    shortcutL2: 1e-4,
    schedule: 'plateau',
    warmUpEpochs: 0,
    plateau,
    labelSmoothing: 0,
    balance: 'none',
    inputNoise: 0,
    volumeZ: false,
    gainSd: 0,
    shiftVoxels: 0,
    flips: [],
    patience: null,
    keepBest: 'accuracy',
    checkpointEvery: 1,
  },
  compact: {
    epochs: 12,
    members: 3,
    batchSize: 64,
    dropPartialBatch: true,
    learningRate: 5e-3,
    weightDecay: 1e-3,
    l1: 0,
    l2: 0,
    shortcutL2: 0,
    schedule: 'cosine',
    warmUpEpochs: 0.5,
    plateau,
    labelSmoothing: 0.05,
    balance: 'weights',
    inputNoise: 1,
    volumeZ: true,
    gainSd: 0.1,
    shiftVoxels: 0,
    flips: [],
    patience: null,
    keepBest: null,
    checkpointEvery: 1,
  },
}
