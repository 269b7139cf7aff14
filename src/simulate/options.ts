/** What a simulated dataset is made of: the options, their defaults, and the refusal of options that cannot give a usable dataset. */
import { LimbicError } from '../core/errors/index.ts'

/** Everything that decides what a simulated dataset holds; the same options give the same bytes. */
export interface SimulateOptions {
  readonly subjects: number
  /** Runs of task-emotion per subject. */
  readonly runs: number
  /** Volumes of each task-emotion run. */
  readonly volumes: number
  /** Volumes of the task-calibration run, the film that every subject sees in the same order. */
  readonly calibrationVolumes: number
  readonly seed: number | string
  /** Voxels along x, y and z. */
  readonly shape: readonly [nx: number, ny: number, nz: number]
  readonly trSeconds: number
  /** Scales the task effect; 1 is the strength that the figures in the documentation were measured at. */
  readonly effect: number
  /** Same noise, film and events, but the task evokes nothing: a decoder must be at chance. */
  readonly null: boolean
  readonly blockSeconds: number
  /** Size of a condition's response, root mean square over the latent dimensions, in units of the film's, at effect 1. */
  readonly taskAmplitude: number
  /** Share of the response that negative and neutral have in common; at .5 the three classes are equally far apart. */
  readonly commonShare: number
  /** Dimensions of the latent response space that subjects share. */
  readonly latentDims: number
  /** SD of a subject's own course in each latent dimension. */
  readonly latentNoiseSd: number
  /** SD in one voxel of the response to one latent dimension at unit strength, in units of the white noise. */
  readonly topographySd: number
  /** Correlation of the functional topographies of two subjects, 0 (unrelated) to 1 (the same). */
  readonly topographyCorrelation: number
  /** Smoothness of the topography: SD of a Gaussian in voxels, 0 for one that changes from voxel to voxel. */
  readonly topographySigmaVoxels: number
  /** Radius of each of the four balls of responding voxels. */
  readonly regionRadiusVoxels: number
  readonly whiteNoiseSd: number
  readonly smoothNoiseSd: number
  readonly smoothNoiseSigmaVoxels: number
  /** Correlation of each noise with itself one volume earlier. */
  readonly ar1: number
  readonly driftSd: number
  /**
   * The task changes the spatial texture of the responding voxels instead of their means: every volume shows a new random field, as smooth
   * as its condition says, so that no linear decoder can find it.
   */
  readonly texture: boolean
  /** SD of the field on a block's plateau, at effect 1, in units of the white noise. */
  readonly textureSd: number
  /** Smoothness of the field of negative and of neutral blocks: SD of a Gaussian in voxels. */
  readonly textureSigmaVoxels: readonly [negative: number, neutral: number]
}

/** A dataset that a good strict pipeline decodes at .91 to .96 of what is possible, and that is near chance without alignment. */
export const defaultSimulateOptions: SimulateOptions = {
  subjects: 8,
  runs: 2,
  volumes: 153,
  calibrationVolumes: 200,
  seed: 0,
  shape: [16, 16, 12],
  trSeconds: 2,
  effect: 1,
  null: false,
  blockSeconds: 18,
  taskAmplitude: 0.66,
  commonShare: 0.5,
  latentDims: 12,
  latentNoiseSd: 0.5,
  topographySd: 0.28,
  topographyCorrelation: 0,
  topographySigmaVoxels: 0,
  regionRadiusVoxels: 2.3,
  whiteNoiseSd: 1,
  smoothNoiseSd: 0.7,
  smoothNoiseSigmaVoxels: 1,
  ar1: 0.4,
  driftSd: 0.4,
  texture: false,
  textureSd: 2.2,
  textureSigmaVoxels: [2.5, 1],
}

type NumberOption = {
  [K in keyof SimulateOptions]: SimulateOptions[K] extends number ? K : never
}[keyof SimulateOptions]

interface Range {
  readonly least: number
  readonly most: number
  readonly whole?: true
}

const ranges: Record<NumberOption, Range> = {
  subjects: { least: 1, most: 999, whole: true },
  runs: { least: 1, most: 99, whole: true },
  volumes: { least: 1, most: 10_000, whole: true },
  calibrationVolumes: { least: 10, most: 10_000, whole: true },
  trSeconds: { least: 0.1, most: 10 },
  effect: { least: 0, most: 100 },
  blockSeconds: { least: 2, most: 120 },
  taskAmplitude: { least: 0, most: 100 },
  commonShare: { least: 0, most: 1 },
  latentDims: { least: 3, most: 100, whole: true },
  latentNoiseSd: { least: 0, most: 100 },
  topographySd: { least: 0, most: 100 },
  topographyCorrelation: { least: 0, most: 1 },
  topographySigmaVoxels: { least: 0, most: 5 },
  regionRadiusVoxels: { least: 1, most: 4 },
  whiteNoiseSd: { least: 0.01, most: 100 },
  smoothNoiseSd: { least: 0, most: 100 },
  smoothNoiseSigmaVoxels: { least: 0, most: 5 },
  ar1: { least: 0, most: 0.99 },
  driftSd: { least: 0, most: 100 },
  textureSd: { least: 0, most: 100 },
}

const leastVoxelsPerAxis = 8

/**
 * Refuses options that cannot give a usable dataset.
 *
 * @param options - The options, defaults filled in.
 * @returns Nothing.
 * @throws {LimbicError} `SIMULATE_OPTION_INVALID` naming the option, its value and what would do.
 */
export function assertSimulateOptions(options: SimulateOptions): void {
  for (const [name, range] of Object.entries(ranges) as [NumberOption, Range][])
    assertInRange(name, options[name], range)
  options.shape.forEach((n, axis) =>
    assertInRange(`shape[${axis}]`, n, { least: leastVoxelsPerAxis, most: 256, whole: true }),
  )
  options.textureSigmaVoxels.forEach((sigma, condition) =>
    assertInRange(`textureSigmaVoxels[${condition}]`, sigma, { least: 0, most: 5 }),
  )
  // Two condition blocks (one of each) between three of rest are the least that has every class.
  const seconds = 5 * options.blockSeconds
  const leastVolumes = Math.ceil(seconds / options.trSeconds)
  if (options.volumes < leastVolumes)
    throw new LimbicError('SIMULATE_OPTION_INVALID', {
      option: 'volumes',
      expected: `at least ${leastVolumes}, five blocks of ${options.blockSeconds} s at a TR of ${options.trSeconds} s`,
      found: `${options.volumes}`,
      remedy: `Ask for ${leastVolumes} volumes or more, or for shorter blocks.`,
    })
}

function assertInRange(option: string, value: number, range: Range): void {
  const fits =
    value >= range.least && value <= range.most && (range.whole !== true || Number.isInteger(value))
  if (fits) return
  throw new LimbicError('SIMULATE_OPTION_INVALID', {
    option,
    expected: `a ${range.whole === true ? 'whole number' : 'number'} from ${range.least} to ${range.most}`,
    found: `${value}`,
    remedy: `Choose ${option} within that range.`,
  })
}
