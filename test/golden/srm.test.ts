import { expect } from 'vitest'
import { fitDetSrm } from '../../src/align/det-srm.ts'
import { orthogonalProcrustes } from '../../src/align/procrustes.ts'
import { fitSrm } from '../../src/align/srm.ts'
import type { Matrix64 } from '../../src/core/types.ts'
import { matrix, multiply, subtractRow, transpose } from '../../src/math/matrix.ts'
import { describeGolden, type GoldenCase } from './_golden.ts'
import { distance, meanCorrelation } from './_spaces.ts'

// The references hold voxels in rows and time in columns; limbic has time in rows.
describeGolden('srm', (golden) => {
  const subjects = inputs(golden, /^X\d+$/).map(transpose)
  const { data, shared, maps, found } =
    golden.params.model === 'DetSRM' ? fitDeterministic(golden, subjects) : fit(golden, subjects)
  const seen = subjects.map((subject, s) => multiply(subject, maps[s]!))
  const results: Record<string, () => number | ArrayLike<number>> = {
    ...found,
    ...Object.fromEntries(maps.map((map, s) => [`W${s}`, () => map.data])),
    s: () => transpose(shared).data,
    recon_norm_error: () =>
      data.map((rows, s) => distance(rows, multiply(shared, maps[s]!, { transB: true }))),
    isc_shared: () => meanCorrelation(seen),
    W_new: () => {
      const newcomer = transpose(inputs(golden, /^Xnew$/)[0]!)
      return orthogonalProcrustes(newcomer, shared).rotation.data
    },
  }
  for (const name of golden.expectedNames) {
    const { informational, optional } = golden.expectedTolerance(name)
    if (informational === true || (optional === true && !(name in results))) continue
    expect(Object.keys(results)).toContain(name)
    golden.expectClose(name, results[name]!())
  }
})

interface Fitted {
  /** What the model describes. */
  readonly data: readonly Matrix64[]
  readonly shared: Matrix64
  readonly maps: readonly Matrix64[]
  readonly found: Record<string, () => number | ArrayLike<number>>
}

function fit(golden: GoldenCase, subjects: readonly Matrix64[]): Fitted {
  expect(golden.params.model).toBe('SRM')
  const { shared, maps, means, covariance, noiseVariances } = fitSrm(subjects, optionsOf(golden))
  return {
    data: subjects.map((subject, s) => subtractRow(subject, means[s]!)),
    shared,
    maps,
    found: { sigma_s: () => covariance.data, rho2: () => noiseVariances },
  }
}

function fitDeterministic(golden: GoldenCase, subjects: readonly Matrix64[]): Fitted {
  const { shared, maps, objective } = fitDetSrm(subjects, optionsOf(golden))
  return { data: subjects, shared, maps, found: { objective: () => objective } }
}

function optionsOf(golden: GoldenCase) {
  return {
    nFeatures: golden.params.K as number,
    iterations: golden.params.n_iter as number,
    initialMaps: inputs(golden, /^W0_\d+$/),
  }
}

function inputs(golden: GoldenCase, pattern: RegExp): Matrix64[] {
  const names = golden.inputNames.filter((name) => pattern.test(name))
  return names
    .sort((a, b) => Number(a.match(/\d+$/)?.[0]) - Number(b.match(/\d+$/)?.[0]))
    .map((name) => {
      const { data, shape } = golden.input64(name)
      return matrix(shape[0]!, shape[1]!, data)
    })
}
