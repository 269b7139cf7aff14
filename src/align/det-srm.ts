/** Subjects with matching rows `[T x V_s]` -> the response they share `[T x K]` and one orthonormal map per subject, by least squares. Row-major, in float64. */
import type { Matrix64 } from '../core/types.ts'
import { matrix, multiply, transpose } from '../math/matrix.ts'
import { startMaps, updateMap, type SharedResponseOptions } from './shared-response.ts'

/** A fitted deterministic shared response model: `subject = shared map' + rest`. */
export interface DetSrm {
  /** `[T x K]`: mean over subjects of their data seen through their maps. */
  readonly shared: Matrix64
  /** `[V_s x K]` per subject, orthonormal columns. */
  readonly maps: readonly Matrix64[]
  /** What is left: half the squared differences between data and model, summed over subjects, per row. */
  readonly objective: number
}

/**
 * Fits the deterministic shared response model by turns: maps given the response, response given the maps.
 *
 * @param subjects - At least two `[T x V_s]`, rows matching across subjects, used as they are: centre them first.
 * @param options - Number of features, iterations, and starting maps or a stream of random numbers.
 * @returns The response, maps and objective, as plain data.
 * @throws {LimbicError} `TOO_FEW_SUBJECTS`; `SHAPE_MISMATCH` when rows or starting maps do not fit; `VALUE_INVALID` for NaN, infinity, or
 *   more features than rows or voxels.
 * @remarks O(iterations S (T V K + K^2 V)) time; nothing larger than a subject's data is formed. Chen et al. (2015), NeurIPS 28:460-468;
 *   equals BrainIAK's DetSRM from the same starting maps.
 */
export function fitDetSrm(subjects: readonly Matrix64[], options: SharedResponseOptions): DetSrm {
  const { iterations = 10 } = options
  let maps = startMaps(subjects, options)
  let shared = averageResponse(subjects, maps)
  for (let pass = 0; pass < iterations; pass++) {
    maps = subjects.map((subject) => updateMap(shared, subject).map)
    shared = averageResponse(subjects, maps)
  }
  return { shared, maps: maps.map(transpose), objective: objectiveOf(subjects, maps, shared) }
}

function averageResponse(subjects: readonly Matrix64[], maps: readonly Matrix64[]): Matrix64 {
  const total = matrix(subjects[0]!.nRows, maps[0]!.nRows)
  subjects.forEach((subject, s) => {
    const seen = multiply(subject, maps[s]!, { transB: true }).data
    for (let i = 0; i < seen.length; i++) total.data[i]! += seen[i]! / subjects.length
  })
  return total
}

function objectiveOf(
  subjects: readonly Matrix64[],
  maps: readonly Matrix64[],
  shared: Matrix64,
): number {
  let sum = 0
  subjects.forEach(({ data }, s) => {
    const model = multiply(shared, maps[s]!).data
    for (let i = 0; i < data.length; i++) sum += (data[i]! - model[i]!) ** 2
  })
  return sum / 2 / shared.nRows
}
