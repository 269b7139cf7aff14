import { expect } from 'vitest'
import { applyAlignedMap } from '../../src/align/aligned-map.ts'
import { fitProcrustes, orthogonalProcrustes } from '../../src/align/procrustes.ts'
import type { Matrix64 } from '../../src/core/types.ts'
import { eigh } from '../../src/math/eigh.ts'
import { matrix, multiply } from '../../src/math/matrix.ts'
import { describeGolden, type GoldenCase } from './_golden.ts'

describeGolden('procrustes', (golden) => {
  const source = inputMatrix(golden, 'A')
  const target = inputMatrix(golden, 'B')
  const { rotation, singularValues, rank, scale } = orthogonalProcrustes(source, target)
  const turned = multiply(source, rotation)
  const { map, disparity } = fitProcrustes(source, target)
  expect([...rotation.data, ...map.right.data].every(Number.isFinite)).toBe(true)
  const found: Record<string, () => number | ArrayLike<number>> = {
    AR: () => turned.data,
    R: () => rotation.data,
    singular_values: () => singularValues,
    scale_sum_sv: () => singularValues.reduce((sum, value) => sum + value, 0),
    scale_opt: () => scale,
    fmralign_scale: () => scale,
    residual: () => distance(turned, target, 1),
    residual_scaled: () => distance(turned, target, scale),
    det_sign: () => (rank === source.nCols ? determinantSign(rotation) : NaN),
    pymvpa_aligned: () => applyAlignedMap(map, source).data,
    pymvpa_scale: () => map.scale,
    nltools_disparity: () => disparity,
  }
  for (const name of golden.expectedNames) {
    if (golden.expectedTolerance(name).informational === true) continue
    expect(Object.keys(found)).toContain(name)
    golden.expectClose(name, found[name]!())
  }
})

function inputMatrix(golden: GoldenCase, name: string): Matrix64 {
  const { data, shape } = golden.input64(name)
  return matrix(shape[0]!, shape[1]!, data)
}

function distance(a: Matrix64, b: Matrix64, scale: number): number {
  return Math.sqrt(a.data.reduce((sum, value, i) => sum + (scale * value - b.data[i]!) ** 2, 0))
}

/** An orthogonal matrix is a reflection when -1 is an eigenvalue of odd multiplicity, as (R + R') / 2 shows beside pairs of cosines. */
function determinantSign({ data, nRows: n }: Matrix64): number {
  const symmetric = matrix(n, n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      symmetric.data[i * n + j] = (data[i * n + j]! + data[j * n + i]!) / 2
  const { values } = eigh(symmetric)
  return values.filter((value) => value < -1 + 1e-9).length % 2 === 0 ? 1 : -1
}
