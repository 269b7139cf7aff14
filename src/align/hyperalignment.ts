/** Subjects with matching rows `[T x V_s]` -> a common space `[T x Vc]` and one map per subject into it. */
import { LimbicError } from '../core/errors/index.ts'
import type { Matrix64 } from '../core/types.ts'
import { columnMeans } from '../math/matrix.ts'
import type { AlignedMap } from './aligned-map.ts'
import { alignInTurn, alignToOthers, average, type LevelSettings } from './hyperalignment-levels.ts'
import { assertMatchingRows } from './matching-rows.ts'
import { fitPrepared } from './procrustes.ts'
import { prepareSource } from './rotation.ts'
import { columnDeviations, zscoreColumns } from './zscore-columns.ts'

/** Options of hyperalignment; the defaults are PyMVPA's. */
export interface HyperalignmentOptions {
  /** Index of the subject that the common space starts from: the first of those with the most voxels, by default. */
  readonly reference?: number
  /** Passes of level 2. Default 1. */
  readonly level2Iterations?: number
  /** Whether maps may change the size of the data, beside turning them. Default true. */
  readonly scaling?: boolean
  /** z-score each voxel of each subject first. Default false. */
  readonly zscoreAll?: boolean
  /** z-score the common space and what is averaged into it. Default true. */
  readonly zscoreCommon?: boolean
  /** PyMVPA's level1_equal_weight, weights as PyMVPA applies them: the n-th newcomer of level 1 weighs n times the average so far, instead of once. Default false. */
  readonly level1EqualWeight?: boolean
}

export interface Hyperalignment {
  /** `[T x Vc]`, where Vc is the number of voxels of the reference subject. */
  readonly commonSpace: Matrix64
  /** One map per subject, in the order of the subjects. */
  readonly maps: readonly AlignedMap[]
  /** The scale that fits each subject best, applied by its map unless `scaling` is off. */
  readonly scales: Float64Array
  /** The subject that the common space started from. */
  readonly reference: number
  /** `[1 + level2Iterations][nSubjects]`: distance of each subject from the average when it was aligned, in level 1 and in each pass of level 2. */
  readonly trainingResiduals: readonly Float64Array[]
}

/**
 * Hyperalignment: turns every subject's voxel space so that responses to the same events agree.
 *
 * @param subjects - One `[T x V_s]` per subject, rows matching across subjects.
 * @param options - Levels, scaling and z-scoring.
 * @returns The common space and one map per subject.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the numbers of rows differ; `TOO_FEW_SUBJECTS` with fewer than two; `VALUE_INVALID` for NaN,
 *   infinity or a reference that does not exist.
 * @remarks Haxby et al. (2011), Neuron 72:404-416; equals PyMVPA's Hyperalignment. No V x V matrix is formed when T <= V: each mapping
 *   takes O(T^2 V + T^3), 22 subjects of 200 x 1000 about a second. With T <= V the aligned calibration data are unique, the maps are not:
 *   here, what lies outside the calibration's span is mapped to the mean.
 */
export function hyperalign(
  subjects: readonly Matrix64[],
  options: HyperalignmentOptions = {},
): Hyperalignment {
  const { scaling = true, zscoreAll = false, zscoreCommon = true, level2Iterations = 1 } = options
  const widest = subjects.reduce((best, s, i) => (s.nCols > subjects[best]!.nCols ? i : best), 0)
  const reference = options.reference ?? widest
  assertAlignable(subjects, reference)
  const settings: LevelSettings = {
    scaling,
    equalWeight: options.level1EqualWeight ?? false,
    standardize: zscoreCommon ? zscoreColumns : (space) => space,
  }
  const inputs = zscoreAll ? subjects.map(zscoreColumns) : subjects
  const sources = inputs.map(prepareSource)
  let level = alignInTurn(sources, inputs[reference]!, reference, settings)
  const trainingResiduals = [level.residuals]
  for (let pass = 0; pass < level2Iterations; pass++) {
    level = alignToOthers(sources, level.aligned, settings)
    trainingResiduals.push(level.residuals)
  }
  const commonSpace = settings.standardize(average(level.aligned))
  const fits = sources.map((source) => fitPrepared(source, commonSpace, scaling))
  return {
    commonSpace,
    maps: fits.map(({ map }, i) => (zscoreAll ? withStandardization(map, subjects[i]!) : map)),
    scales: Float64Array.from(fits, ({ fittedScale }) => fittedScale),
    reference,
    trainingResiduals,
  }
}

/**
 * Aligns one more subject to a common space that stays as it is (level 3).
 *
 * @param subject - `[T x V]`, rows matching those of the common space.
 * @param commonSpace - `[T x Vc]`.
 * @param options - `scaling` and `zscoreAll` as the common space was made with.
 * @returns The map of the subject.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the numbers of rows differ; `VALUE_INVALID` for NaN or infinity.
 * @remarks O(T V min(T, V)).
 */
export function alignToCommonSpace(
  subject: Matrix64,
  commonSpace: Matrix64,
  options: Pick<HyperalignmentOptions, 'scaling' | 'zscoreAll'> = {},
): AlignedMap {
  const { scaling = true, zscoreAll = false } = options
  const source = prepareSource(zscoreAll ? zscoreColumns(subject) : subject)
  const { map } = fitPrepared(source, commonSpace, scaling)
  return zscoreAll ? withStandardization(map, subject) : map
}

/** A map fitted on z-scored data, turned into one for the data as they are. */
function withStandardization(map: AlignedMap, subject: Matrix64): AlignedMap {
  const deviations = columnDeviations(subject)
  const first = map.left ?? map.right
  const data = first.data.map((value, i) => value / deviations[Math.floor(i / first.nCols)]!)
  const scaled = { ...first, data }
  const sourceMean = columnMeans(subject)
  return map.left === null
    ? { ...map, sourceMean, right: scaled }
    : { ...map, sourceMean, left: scaled }
}

function assertAlignable(subjects: readonly Matrix64[], reference: number): void {
  assertMatchingRows(subjects, 'find a space that they have in common')
  if (subjects[reference] === undefined)
    throw new LimbicError('VALUE_INVALID', {
      what: 'the reference subject of the common space',
      expected: `an index in 0..${subjects.length - 1}`,
      found: `${reference}`,
    })
}
