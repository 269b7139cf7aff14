/** What a simulated dataset was made of -> files below `derivatives/ground-truth`: `.npy` matrices, masks and `oracle.json`. */
import { join } from 'node:path'
import type { Matrix64 } from '../core/types.ts'
import { writeFileAtomic, writeJsonAtomic } from '../io/artifacts.ts'
import { writeNifti } from '../io/nifti/index.ts'
import { formatNpy } from '../io/npy.ts'
import type { Brain } from './brain.ts'
import type { SimulateOptions } from './options.ts'
import type { OracleScore } from './oracle.ts'
import { classNames, oracleLabelMethod, type SharedTruth } from './subject.ts'

/** The oracle's score on one subject. */
export interface SubjectScore extends OracleScore {
  readonly subject: string
}

const truthDir = join('derivatives', 'ground-truth')

/**
 * Writes what all subjects share: brain and region masks, the film's course and the conditions' latent patterns.
 *
 * @param out - The dataset.
 * @param shared - The truth.
 * @returns When the files are there.
 * @throws The error of the file system.
 */
export async function writeSharedTruth(out: string, shared: SharedTruth): Promise<void> {
  const { brain } = shared
  const region = new Uint8Array(brain.nVoxels)
  for (const voxel of brain.region) region[voxel] = 1
  await writeMask(join(out, truthDir, 'desc-brain_mask.nii.gz'), brain, brain.inBrain)
  await writeMask(join(out, truthDir, 'desc-region_mask.nii.gz'), brain, region)
  await writeMatrix(join(out, truthDir, 'task-calibration_latents.npy'), shared.film)
  await writeMatrix(join(out, truthDir, 'task-emotion_conditions.npy'), shared.patterns)
  await writeJsonAtomic(join(out, truthDir, 'dataset_description.json'), {
    Name: 'Ground truth of a simulated emotion dataset',
    BIDSVersion: '1.10.0',
    DatasetType: 'derivative',
    GeneratedBy: [{ Name: 'limbic', Description: 'limbic simulate' }],
  })
}

/**
 * Writes one matrix of one subject.
 *
 * @param out - The dataset.
 * @param subject - BIDS label of the subject.
 * @param name - File name without extension.
 * @param matrix - Row-major.
 * @returns When the file is there.
 * @throws The error of the file system.
 */
export async function writeSubjectTruth(
  out: string,
  subject: string,
  name: string,
  matrix: Matrix64,
): Promise<void> {
  await writeMatrix(join(out, truthDir, `sub-${subject}`, `${name}.npy`), matrix)
}

/**
 * Writes `oracle.json`: the ceiling of every decoder of single volumes, per subject and on average.
 *
 * @param out - The dataset.
 * @param subjects - Score per subject.
 * @param options - The options of the dataset, which are recorded.
 * @returns Means over subjects.
 * @throws The error of the file system.
 */
export async function writeOracle(
  out: string,
  subjects: readonly SubjectScore[],
  options: SimulateOptions,
): Promise<{ accuracy: number; balancedAccuracy: number }> {
  const mean = {
    accuracy: meanOf(subjects.map((score) => score.accuracy)),
    balancedAccuracy: meanOf(subjects.map((score) => score.balancedAccuracy)),
  }
  await writeJsonAtomic(join(out, truthDir, 'oracle.json'), {
    about:
      'Bayes classifier of single volumes of task-emotion with the true parameters: responding voxels, topography, condition ' +
      'patterns, design and stationary noise covariance (white, smooth and latent noise), drift and brightness removed. An upper ' +
      'bound. Textures are judged by their true covariance. accuracy: share of right volumes, priors = class frequencies; balancedAccuracy: mean of the class recalls, equal ' +
      'priors. Means over subjects first, then each subject. Volumes in transition are dropped.',
    classes: classNames,
    chance: 1 / classNames.length,
    labels: oracleLabelMethod,
    ...mean,
    subjects,
    options,
  })
  return mean
}

async function writeMask(file: string, brain: Brain, mask: Uint8Array): Promise<void> {
  const { shape, affine } = brain.grid
  await writeNifti(file, { data: mask, shape, affine })
}

async function writeMatrix(file: string, matrix: Matrix64): Promise<void> {
  await writeFileAtomic(file, formatNpy(matrix.data, [matrix.nRows, matrix.nCols]))
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
