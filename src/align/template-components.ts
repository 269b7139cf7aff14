/** A common space `[T x Vc]` -> its principal components, `[T x K]`. Row-major, in float64. */
import { LimbicError } from '../core/errors/index.ts'
import type { Matrix64 } from '../core/types.ts'
import { columnMeans, matrix, multiply, subtractRow } from '../math/matrix.ts'
import { svd } from '../math/svd.ts'

/** The directions of largest variance of a template. */
export interface TemplateComponents {
  /** Column means of the template, Vc values. */
  readonly mean: Float64Array
  /** `[K x Vc]`, orthonormal rows; of each, the element of largest size is positive. */
  readonly axes: Matrix64
  /** `[T x K]`: the centred template along the axes. */
  readonly scores: Matrix64
  /** Share of the template's variance along each axis, descending. */
  readonly explained: Float64Array
}

/**
 * Principal components of a template.
 *
 * @param template - `[T x Vc]`.
 * @param nComponents - How many to keep.
 * @returns The axes and the template along them.
 * @throws {LimbicError} `VALUE_INVALID` when the template has fewer components, or holds NaN or infinity.
 * @remarks O(T Vc min(T, Vc)).
 */
export function fitTemplateComponents(template: Matrix64, nComponents: number): TemplateComponents {
  const mean = columnMeans(template)
  const centred = subtractRow(template, mean)
  const { right, rank, values } = svd(centred)
  if (!(Number.isInteger(nComponents) && nComponents >= 1 && nComponents <= rank))
    throw new LimbicError('VALUE_INVALID', {
      what: 'align.components',
      expected: `a whole number in 1..${rank}, as many as the template of ${template.nRows} rows has`,
      found: `${nComponents}`,
    })
  const axes = matrix(nComponents, right.nCols, right.data.slice(0, nComponents * right.nCols))
  for (let k = 0; k < nComponents; k++)
    fixSign(axes.data.subarray(k * axes.nCols, (k + 1) * axes.nCols))
  const total = values.reduce((sum, value) => sum + value * value, 0)
  return {
    mean,
    axes,
    scores: multiply(centred, axes, { transB: true }),
    explained: values.slice(0, nComponents).map((value) => (value * value) / total),
  }
}

/** Either sign is a valid component; one is chosen, so that results do not depend on rounding. */
function fixSign(axis: Float64Array): void {
  const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
  if (largest < 0) for (let v = 0; v < axis.length; v++) axis[v] = -axis[v]!
}
