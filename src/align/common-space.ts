/** Calibration data of the training subjects `[T x V_s]` -> a frozen common space, and calibration data of any subject -> its map into it. */
import { LimbicError, createFinding, type Finding } from '../core/errors/index.ts'
import { createRng, type Rng } from '../core/rng.ts'
import type { FloatArray, Matrix, Matrix64, RunKey, State } from '../core/types.ts'
import { columnMeans, multiply, selectRows, subtractRow, toFloat64 } from '../math/matrix.ts'
import { applyAlignedMap, compactMap, type AlignedMap } from './aligned-map.ts'
import { fitDetSrm } from './det-srm.ts'
import { alignToCommonSpace, hyperalign, type HyperalignmentOptions } from './hyperalignment.ts'
import { fitRidgeMap } from './ridge-map.ts'
import { fitSrm } from './srm.ts'
import { fitTemplateComponents, type TemplateComponents } from './template-components.ts'
import { zscoreColumns } from './zscore-columns.ts'

/** How the common space is found. The shared response models need `components`. */
export type CommonSpaceMethod = 'hyperalignment' | 'srm' | 'det-srm'

/** How a subject that the common space was not fitted on is mapped into it: by a rotation, or by ridge regression. */
export type NewSubjectMap =
  { readonly kind: 'procrustes' } | { readonly kind: 'ridge'; readonly lambda: number }

/** One subject's map into the common space. */
export interface MapperState extends State, AlignedMap {
  readonly kind: 'mapper'
  readonly subject: string
  /** Calibration rows that the map was fitted on. */
  readonly nRows: number
}

/** What the training subjects have in common; held-out subjects are mapped to it and never change it. */
export interface CommonSpaceState extends State {
  readonly kind: 'common-space'
  readonly method: CommonSpaceMethod
  /** `[T x Vc]`, or `[T x K]` with components mapped directly or a shared response: what every subject is aligned to, row by row. */
  readonly template: Matrix64
  /** Present when subjects are aligned to the whole template and reduced afterwards. */
  readonly reduction: Pick<TemplateComponents, 'mean' | 'axes'> | null
  /** How the maps of the training subjects were fitted, and those of others are to be, unless by ridge. */
  readonly scaling: boolean
  readonly zscoreAll: boolean
  readonly newSubject: NewSubjectMap
  /** One per training subject. */
  readonly mappers: Readonly<Record<string, MapperState>>
}

/** Calibration of one training subject. */
export interface SubjectCalibration {
  readonly subject: string
  /** `[T x V_s]`; row t is the response to the same event in every subject. */
  readonly calibration: Matrix
  /** The runs that the calibration was taken from. */
  readonly runs: readonly RunKey[]
}

/** `scaling` is on by default for hyperalignment and off for shared responses; what concerns levels is hyperalignment's alone. */
export interface CommonSpaceOptions extends HyperalignmentOptions {
  /** Default `hyperalignment`. */
  readonly method?: CommonSpaceMethod
  /** Hyperalignment: principal components of the template to keep, the whole common space when absent. Shared responses: their features. */
  readonly components?: number
  /** `direct`: subjects are aligned to the template's components. `after`: to the whole template, and then reduced. Default `direct`. */
  readonly reduce?: 'direct' | 'after'
  /** Default Procrustes; training subjects are always mapped so. */
  readonly newSubject?: NewSubjectMap
  /** Starting maps of shared responses are drawn from it; seed 0 when absent. */
  readonly rng?: Rng
}

/** Which runs and rows a calibration consists of. */
export interface ProjectionOptions {
  /** The subject, for messages. */
  readonly subject: string
  /** The runs that the calibration was taken from. */
  readonly runs: readonly RunKey[]
  /** The row of the template that each calibration row corresponds to; all rows in order when absent. */
  readonly rows?: Int32Array
}

/**
 * Finds what the training subjects have in common and freezes it.
 *
 * @param subjects - Training subjects only, at least two.
 * @param options - The method and its settings, the number of components, and how new subjects are to be mapped.
 * @returns The common space with a map for each of the subjects.
 * @throws {LimbicError} `TOO_FEW_SUBJECTS`; `ALIGN_ROWS_MISMATCH` when the calibrations differ in length; `ALIGN_RANK_DEFICIENT` when one of
 *   them is blank or too short; `VALUE_INVALID` for NaN, infinity, more components than there are, or none for a shared response.
 * @remarks See `hyperalign`, `fitSrm`, `fitDetSrm`. With components of hyperalignment: the mean of the aligned subjects is centred and
 *   decomposed, and each subject, of these or new, is mapped by Procrustes onto its first K principal components. With a shared response:
 *   each is mapped by Procrustes onto the response, which for the training subjects is the model's own last step.
 */
export function fitCommonSpace(
  subjects: readonly SubjectCalibration[],
  options: CommonSpaceOptions = {},
): CommonSpaceState {
  for (const subject of subjects) assertUsable(subject.subject, subject.calibration)
  assertMatchingRows(subjects)
  const { method = 'hyperalignment', newSubject = { kind: 'procrustes' } } = options
  const { scaling = method === 'hyperalignment', zscoreAll = false } = options
  const calibrations = subjects.map(({ calibration }) => toFloat64(calibration))
  const { template, reduction, maps } =
    method === 'hyperalignment'
      ? fitHyperalignedTemplate(calibrations, options)
      : fitSharedTemplate(calibrations, method, options)
  const fittedOn = subjects.flatMap(({ runs }) => runs)
  const space = {
    ...({ kind: 'common-space', method, fittedOn } as const),
    ...{ template, reduction, scaling, zscoreAll, newSubject },
  }
  const mappers = subjects.map(({ subject }, i) => {
    const map = maps?.[i] ?? alignToCommonSpace(calibrations[i]!, template, space)
    return [subject, finishMapper(space, map, subject, calibrations[i]!)] as const
  })
  return { ...space, mappers: Object.fromEntries(mappers) }
}

/**
 * Maps a subject into a common space that stays as it is.
 *
 * @param commonSpace - Fitted on other subjects.
 * @param calibration - `[T' x V]`: calibration rows of the subject, in its own voxels.
 * @param options - The subject, its runs, and the template row that each calibration row corresponds to.
 * @returns The map, by Procrustes or ridge as the common space says, which has seen the subject's calibration runs and, through the
 *   template, those of the training subjects.
 * @throws {LimbicError} `ALIGN_ROWS_MISMATCH` when rows cannot be paired; `ALIGN_RANK_DEFICIENT` when the calibration is blank or too short;
 *   `VALUE_INVALID` for NaN, infinity or a row that the template does not have.
 * @remarks O(T' V min(T', V)). With fewer rows than dimensions what the calibration does not determine is mapped to the template's mean
 *   instead of to arbitrary directions; `findMapperProblems` says so.
 */
export function projectSubject(
  commonSpace: CommonSpaceState,
  calibration: Matrix,
  { subject, runs, rows }: ProjectionOptions,
): MapperState {
  const nRows = rows?.length ?? commonSpace.template.nRows
  if (calibration.nRows !== nRows)
    throw new LimbicError('ALIGN_ROWS_MISMATCH', {
      subject,
      reference: 'the template',
      expected: nRows,
      found: calibration.nRows,
    })
  assertUsable(subject, calibration)
  const target = rows === undefined ? commonSpace.template : selectRows(commonSpace.template, rows)
  const source = toFloat64(calibration)
  const { newSubject, zscoreAll } = commonSpace
  const map =
    newSubject.kind === 'ridge'
      ? fitRidgeMap(source, target, { lambda: newSubject.lambda, zscoreAll })
      : alignToCommonSpace(source, target, commonSpace)
  const mapper = finishMapper(commonSpace, map, subject, source)
  return { ...mapper, fittedOn: [...runs, ...commonSpace.fittedOn] }
}

/**
 * Maps volumes of a subject into the common space.
 *
 * @param mapper - The subject's map.
 * @param series - `[n x V]`, voxels as in the calibration.
 * @returns `[n x Vc]`, or `[n x K]` with components; of the same element type as `series`.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the number of voxels differs.
 */
export function applyMapper<A extends FloatArray>(
  mapper: MapperState,
  series: Matrix<A>,
): Matrix<A> {
  return applyAlignedMap(mapper, series)
}

/** A calibration that determines at least this share of the dimensions is not worth a warning: one row is always lost to centring. */
const enoughDimensions = 0.9

/**
 * What a user should know about a map before trusting it.
 *
 * @param mapper - A subject's map.
 * @returns A warning when the calibration left more than a tenth of the common space undetermined; nothing otherwise.
 * @throws Never.
 */
export function findMapperProblems(mapper: MapperState): Finding[] {
  const { subject, nRows, rank, sourceMean, targetMean } = mapper
  const nDimensions = Math.min(sourceMean.length, targetMean.length)
  if (rank >= enoughDimensions * nDimensions) return []
  return [createFinding('warning', 'ALIGN_RANK_REDUCED', { subject, nRows, rank, nDimensions })]
}

/** What subjects are to be mapped to; the maps of the training subjects where fitting gave them already. */
interface Template extends Pick<CommonSpaceState, 'template' | 'reduction'> {
  readonly maps: readonly AlignedMap[] | null
}

function fitHyperalignedTemplate(
  calibrations: readonly Matrix64[],
  options: CommonSpaceOptions,
): Template {
  const { components, reduce = 'direct' } = options
  const { commonSpace, maps } = hyperalign(calibrations, options)
  if (components === undefined) return { template: commonSpace, reduction: null, maps }
  const { scores, mean, axes } = fitTemplateComponents(commonSpace, components)
  return reduce === 'direct'
    ? { template: scores, reduction: null, maps: null }
    : { template: commonSpace, reduction: { mean, axes }, maps }
}

function fitSharedTemplate(
  calibrations: readonly Matrix64[],
  method: Exclude<CommonSpaceMethod, 'hyperalignment'>,
  { components, zscoreAll = false, rng = createRng(0) }: CommonSpaceOptions,
): Template {
  if (components === undefined)
    throw new LimbicError('VALUE_INVALID', {
      what: 'align.components',
      expected: `a number of features with method ${method}`,
      found: 'none',
    })
  const fit = method === 'srm' ? fitSrm : fitDetSrm
  const inputs = calibrations.map((rows) =>
    zscoreAll ? zscoreColumns(rows) : subtractRow(rows, columnMeans(rows)),
  )
  const { shared } = fit(inputs, { nFeatures: components, rng })
  return { template: shared, reduction: null, maps: null }
}

function finishMapper(
  { fittedOn, reduction }: Pick<CommonSpaceState, 'fittedOn' | 'reduction'>,
  map: AlignedMap,
  subject: string,
  calibration: Matrix64,
): MapperState {
  const { nRows, nCols: nVoxels } = calibration
  if (map.rank === 0)
    throw new LimbicError('ALIGN_RANK_DEFICIENT', { subject, nRows, nVoxels, rank: map.rank })
  const final = reduction === null ? map : reduceMap(map, reduction)
  return { kind: 'mapper', fittedOn, subject, nRows, ...final }
}

/** The map followed by the projection onto the template's axes. */
function reduceMap(
  map: AlignedMap,
  { mean, axes }: Pick<TemplateComponents, 'mean' | 'axes'>,
): AlignedMap {
  const shift = {
    data: map.targetMean.map((value, v) => value - mean[v]!),
    nRows: 1,
    nCols: mean.length,
  }
  return compactMap({
    ...map,
    right: multiply(map.right, axes, { transB: true }),
    targetMean: multiply(shift, axes, { transB: true }).data,
    rank: Math.min(map.rank, axes.nRows),
  })
}

function assertUsable(subject: string, { data, nRows, nCols: nVoxels }: Matrix): void {
  const bad = data.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0)
    throw new LimbicError('VALUE_INVALID', {
      what: `the calibration of sub-${subject}`,
      expected: 'finite numbers',
      found: `${data[bad]} in row ${Math.floor(bad / nVoxels)}, voxel ${bad % nVoxels}`,
    })
  if (nRows < 2 || nVoxels === 0)
    throw new LimbicError('ALIGN_RANK_DEFICIENT', { subject, nRows, nVoxels, rank: 0 })
}

function assertMatchingRows(subjects: readonly SubjectCalibration[]): void {
  const [reference] = subjects
  for (const { subject, calibration } of subjects) {
    if (calibration.nRows === reference!.calibration.nRows) continue
    throw new LimbicError('ALIGN_ROWS_MISMATCH', {
      subject,
      reference: `sub-${reference!.subject}`,
      expected: reference!.calibration.nRows,
      found: calibration.nRows,
    })
  }
}
