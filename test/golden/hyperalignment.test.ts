import { expect } from 'vitest'
import { applyAlignedMap } from '../../src/align/aligned-map.ts'
import {
  alignToCommonSpace,
  hyperalign,
  type HyperalignmentOptions,
} from '../../src/align/hyperalignment.ts'
import { generalizedProcrustes } from '../../src/align/generalized-procrustes.ts'
import type { Matrix64 } from '../../src/core/types.ts'
import { matrix } from '../../src/math/matrix.ts'
import { describeGolden, type GoldenCase } from './_golden.ts'
import { distance, meanCorrelation } from './_spaces.ts'

describeGolden('hyperalignment', (golden) => {
  if (golden.hasExpected('disparity')) checkGeneralizedProcrustes(golden)
  else checkHyperalignment(golden)
})

function checkGeneralizedProcrustes(golden: GoldenCase): void {
  const { aligned, common, disparities } = generalizedProcrustes(inputs(golden, 'X'))
  const found: Record<string, ArrayLike<number>> = {
    aligned: stack(aligned),
    common: common.data,
    disparity: disparities,
  }
  for (const name of golden.expectedNames) {
    expect(Object.keys(found)).toContain(name)
    golden.expectClose(name, found[name]!)
  }
}

function checkHyperalignment(golden: GoldenCase): void {
  const subjects = inputs(golden, 'X')
  const options = optionsOf(golden)
  const result = hyperalign(subjects, options)
  const { commonSpace, maps } = result
  const aligned = maps.map((map, s) => applyAlignedMap(map, subjects[s]!))
  const fresh = inputs(golden, 'Y')
  const mapped = fresh.map((rows, s) => applyAlignedMap(maps[s]!, rows))
  const found: Record<string, () => number | ArrayLike<number>> = {
    commonspace: () => commonSpace.data,
    aligned: () => stack(aligned),
    scales: () => result.scales,
    residual_errors: () => aligned.map((rows) => distance(rows, commonSpace)),
    training_residual_errors: () => result.trainingResiduals.flatMap((row) => Array.from(row)),
    isc_before: () => meanCorrelation(subjects),
    isc_after: () => meanCorrelation(aligned),
    aligned_Y: () => stack(mapped),
    isc_Y_before: () => meanCorrelation(fresh),
    isc_Y_after: () => meanCorrelation(mapped),
    aligned_new: () => {
      const [newcomer] = inputs(golden, 'Xnew', ['Xnew'])
      return applyAlignedMap(alignToCommonSpace(newcomer!, commonSpace, options), newcomer!).data
    },
  }
  for (const name of golden.expectedNames) {
    if (golden.expectedTolerance(name).informational === true) continue
    expect(Object.keys(found)).toContain(name)
    golden.expectClose(name, found[name]!())
  }
  if (golden.params.chosen_ref !== undefined)
    expect(result.reference).toBe(golden.params.chosen_ref)
}

function optionsOf({ params }: GoldenCase): HyperalignmentOptions {
  expect([params.alpha ?? 1, params.output_dim ?? null]).toEqual([1, null])
  return {
    scaling: params.scaling as boolean,
    zscoreAll: params.zscore_all as boolean,
    zscoreCommon: params.zscore_common as boolean,
    level2Iterations: params.level2_niter as number,
    level1EqualWeight: params.level1_equal_weight as boolean,
    ...(params.ref_ds == null ? {} : { reference: params.ref_ds as number }),
  }
}

function inputs(golden: GoldenCase, prefix: string, names?: string[]): Matrix64[] {
  const pattern = new RegExp(`^${prefix}\\d+$`)
  return (names ?? golden.inputNames.filter((name) => pattern.test(name))).map((name) => {
    const { data, shape } = golden.input64(name)
    return matrix(shape[0]!, shape[1]!, data)
  })
}

function stack(spaces: readonly Matrix64[]): Float64Array {
  return Float64Array.from(spaces.flatMap(({ data }) => Array.from(data)))
}
