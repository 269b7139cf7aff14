/** Subjects with matching rows `[T x V_s]` -> their shapes `[T x Vc]` (centred, size removed) turned to agree. Row-major, in float64. */
import { LimbicError } from '../core/errors/index.ts'
import type { Matrix64 } from '../core/types.ts'
import { columnMeans, matrix, multiply, subtractRow, sumOfSquares } from '../math/matrix.ts'
import { average } from './hyperalignment-levels.ts'
import { fitRotation, prepareSource, type PreparedSource } from './rotation.ts'

export interface GeneralizedProcrustes {
  /** `[T x Vc]`, where Vc is the largest number of voxels. */
  readonly common: Matrix64
  /** `[T x Vc]` per subject: centred, of unit Frobenius norm times the fit, turned onto the common shape. */
  readonly aligned: readonly Matrix64[]
  /** Per subject the share of the common shape's variance that it does not explain, 0..1. */
  readonly disparities: Float64Array
}

/**
 * Generalised Procrustes analysis: a simpler relative of hyperalignment that removes every subject's size.
 *
 * @param subjects - At least one `[T x V_s]`, rows matching across subjects.
 * @returns The common shape and the subjects turned onto it.
 * @throws {LimbicError} `SHAPE_MISMATCH` when the numbers of rows differ; `TOO_FEW_SUBJECTS` without any; `VALUE_INVALID` for NaN or infinity.
 * @remarks Equals nltools' `align(method='procrustes')`. Gower (1975), Psychometrika 40:33-51.
 */
export function generalizedProcrustes(subjects: readonly Matrix64[]): GeneralizedProcrustes {
  const [first] = subjects
  if (first === undefined)
    throw new LimbicError('TOO_FEW_SUBJECTS', { found: [], needed: 1, why: 'find a common shape' })
  const sources = subjects.map(prepareSource)
  const width = Math.max(...subjects.map(({ nCols }) => nCols))
  // Targets lose their mean and size before use, so the sum of the shapes serves as well as their mean.
  const total = padColumns(first, width)
  for (const source of sources.slice(1)) {
    const { shape } = turnShape(source, total)
    for (let i = 0; i < total.data.length; i++) total.data[i]! += shape.data[i]!
  }
  const rough = sources.map((source) => turnShape(source, total).shape)
  const common = average(rough)
  const final = sources.map((source) => turnShape(source, common))
  return {
    common,
    aligned: final.map(({ shape }) => shape),
    disparities: Float64Array.from(final, ({ disparity }) => disparity),
  }
}

/** A source of unit size, turned onto a target of unit size and scaled to fit it best. */
function turnShape(
  source: PreparedSource,
  target: Matrix64,
): { shape: Matrix64; disparity: number } {
  const centred = subtractRow(target, columnMeans(target))
  const { right, sum } = fitRotation(source, centred)
  const shape = multiply(source.core, right)
  const targetSize = Math.sqrt(sumOfSquares(centred.data))
  const sizes = source.squaredNorm * targetSize
  const scale = sizes === 0 ? 0 : sum / sizes
  for (let i = 0; i < shape.data.length; i++) shape.data[i]! *= scale
  const explained = sizes === 0 ? 0 : sum ** 2 / (source.squaredNorm * targetSize ** 2)
  return { shape, disparity: Math.max(0, 1 - explained) }
}

function padColumns({ data, nRows, nCols }: Matrix64, width: number): Matrix64 {
  const padded = matrix(nRows, width)
  for (let i = 0; i < nRows; i++)
    padded.data.set(data.subarray(i * nCols, (i + 1) * nCols), i * width)
  return padded
}
