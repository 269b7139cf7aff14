/** The first two levels of hyperalignment: prepared subjects -> their data as aligned to each other, `[T x Vc]`. */
import type { Matrix64 } from '../core/types.ts'
import { columnMeans, matrix, subtractRow } from '../math/matrix.ts'
import { fitScale, turnOnto, type PreparedSource } from './rotation.ts'

export interface LevelSettings {
  readonly scaling: boolean
  readonly equalWeight: boolean
  /** z-scores the columns, or leaves them as they are. */
  readonly standardize: (space: Matrix64) => Matrix64
}

/** What a level hands on. */
export interface Level {
  /** `[T x Vc]` per subject. */
  readonly aligned: readonly Matrix64[]
  /** Distance of each subject from the average of all when it was aligned; 0 for the reference of level 1. */
  readonly residuals: Float64Array
}

/**
 * Level 1: each subject in turn is aligned to the average so far, and joins it.
 *
 * @param sources - The prepared subjects.
 * @param start - `[T x Vc]`: data of the reference subject.
 * @param reference - Index of the reference subject.
 * @param settings - Scaling, weights and z-scoring.
 * @returns The aligned subjects; the reference as it was.
 * @throws {LimbicError} `VALUE_INVALID` for NaN or infinity.
 */
export function alignInTurn(
  sources: readonly PreparedSource[],
  start: Matrix64,
  reference: number,
  { scaling, equalWeight, standardize }: LevelSettings,
): Level {
  const residuals = new Float64Array(sources.length)
  let common = standardize(start)
  let nJoined = 1
  const aligned = sources.map((source, i) => {
    if (i === reference) return start
    const mapped = standardize(alignOnto(source, common, scaling))
    residuals[i] = distance(mapped, common)
    // PyMVPA gives the weight of all who have joined to the newcomer, not to their average; its results are what is reproduced here.
    const weight = equalWeight ? nJoined : 1
    common = standardize(blend(mapped, weight / (weight + 1), common, 1 / (weight + 1)))
    nJoined++
    return mapped
  })
  return { aligned, residuals }
}

/**
 * One pass of level 2: each subject is aligned to the average of the others, all as the level before left them.
 *
 * @param sources - The prepared subjects.
 * @param before - Their data as aligned by the level before.
 * @param settings - Scaling and z-scoring.
 * @returns The aligned subjects.
 * @throws {LimbicError} `VALUE_INVALID` for NaN or infinity.
 */
export function alignToOthers(
  sources: readonly PreparedSource[],
  before: readonly Matrix64[],
  { scaling, standardize }: LevelSettings,
): Level {
  const n = sources.length
  const residuals = new Float64Array(n)
  const common = average(before)
  const aligned = sources.map((source, i) => {
    const others = standardize(blend(common, n / (n - 1), before[i]!, -1 / (n - 1)))
    const mapped = standardize(alignOnto(source, others, scaling))
    residuals[i] = distance(mapped, common)
    return mapped
  })
  return { aligned, residuals }
}

/**
 * Mean of equally large matrices.
 *
 * @param spaces - At least one `[T x Vc]`.
 * @returns `[T x Vc]`.
 * @throws Never.
 */
export function average(spaces: readonly Matrix64[]): Matrix64 {
  const mean = matrix(spaces[0]!.nRows, spaces[0]!.nCols)
  for (const { data } of spaces)
    for (let i = 0; i < data.length; i++) mean.data[i]! += data[i]! / spaces.length
  return mean
}

function alignOnto(source: PreparedSource, target: Matrix64, scaling: boolean): Matrix64 {
  const means = columnMeans(target)
  const { turned, sum } = turnOnto(source, subtractRow(target, means))
  const scale = scaling ? fitScale(source, sum) : 1
  const { data, nRows, nCols } = turned
  for (let i = 0, at = 0; i < nRows; i++)
    for (let v = 0; v < nCols; v++, at++) data[at] = scale * data[at]! + means[v]!
  return turned
}

function blend(a: Matrix64, weightA: number, b: Matrix64, weightB: number): Matrix64 {
  const result = matrix(a.nRows, a.nCols)
  for (let i = 0; i < result.data.length; i++)
    result.data[i] = weightA * a.data[i]! + weightB * b.data[i]!
  return result
}

function distance(a: Matrix64, b: Matrix64): number {
  let sum = 0
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i]! - b.data[i]!) ** 2
  return Math.sqrt(sum)
}
