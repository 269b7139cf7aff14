/** Temporal cleaning, run by run, against nilearn, scipy and PyMVPA. */
import { expect } from 'vitest'
import type { Matrix64 } from '../../src/core/types.ts'
import { cleanRun, type CleanOptions } from '../../src/preprocess/clean.ts'
import { cosineDrift } from '../../src/preprocess/confound-design.ts'
import { describeGolden, type GoldenCase } from './_golden.ts'

type Recipe = Omit<CleanOptions, 'trSeconds' | 'confounds' | 'highPassHz' | 'output'> & {
  readonly highPass?: true
  readonly confounds?: true
}

const recipes: Record<string, Recipe> = {
  detrend: { detrend: 'linear', standardize: 'none' },
  zscore: { detrend: 'none', standardize: 'zscore' },
  zscore_sample: { detrend: 'none', standardize: 'zscore-sample' },
  detrend_zscore: { detrend: 'linear', standardize: 'zscore' },
  detrend_zscore_sample: { detrend: 'linear', standardize: 'zscore-sample' },
  detrend_zscore_sample_ensure_finite: { detrend: 'linear', standardize: 'zscore-sample' },
  psc: { detrend: 'none', standardize: 'psc' },
  detrend_psc: { detrend: 'linear', standardize: 'psc' },
  cos_only: { detrend: 'none', standardize: 'none', highPass: true },
  detrend_cos_zscore_sample: { detrend: 'linear', standardize: 'zscore-sample', highPass: true },
  detrend_conf: { detrend: 'linear', standardize: 'none', confounds: true },
  detrend_cos_conf_zscore_sample: {
    detrend: 'linear',
    standardize: 'zscore-sample',
    highPass: true,
    confounds: true,
  },
  conf_intercept_ols: { detrend: { polynomial: 0 }, standardize: 'none', confounds: true },
}

describeGolden('signal', (golden) => {
  const runs = runRows(golden)
  const series = matrix(golden, 'X')
  const confounds = golden.hasInput('confounds') ? matrix(golden, 'confounds') : undefined
  const trSeconds = Number(golden.params.t_r ?? 1)
  const highPassHz = Number(golden.params.high_pass_hz)
  const clean = (recipe: Recipe, rows: readonly number[]): Matrix64 =>
    cleanRun(takeRows(series, rows), {
      detrend: recipe.detrend,
      standardize: recipe.standardize,
      trSeconds,
      ...(recipe.highPass ? { highPassHz } : {}),
      ...(recipe.confounds ? { confounds: takeRows(confounds!, rows) } : {}),
    })

  for (const name of golden.expectedNames) {
    const ofRun = /^(cosine_basis|detrend_scipy)_run(\d+)$/.exec(name)
    if (ofRun !== null) {
      const rows = runs[Number(ofRun[2])]!
      const result =
        ofRun[1] === 'cosine_basis'
          ? cosineDrift(rows.length, trSeconds, highPassHz)
          : clean(recipes.detrend!, rows)
      golden.expectClose(name, result.data)
      continue
    }
    const polynomial = /^poly(\d+)$/.exec(name)
    const recipe: Recipe | undefined =
      polynomial === null
        ? recipes[name]
        : { detrend: { polynomial: Number(polynomial[1]) }, standardize: 'none' }
    const { optional = false, informational = false } = golden.expectedTolerance(name)
    if (recipe === undefined && (optional || informational)) continue
    expect(recipe, `a recipe for ${golden.id}.${name}`).toBeDefined()
    golden.expectClose(name, Float64Array.from(runs.flatMap((r) => [...clean(recipe!, r).data])))
  }
})

/** Row numbers of each run, in the order of the runs; the rows of a run lie together. */
function runRows(golden: GoldenCase): number[][] {
  if (!golden.hasInput('run')) {
    const nRows = golden.input('X').shape[0]!
    return [Array.from({ length: nRows }, (_, i) => i)]
  }
  const runs = [...golden.input64('run').data]
  return [...new Set(runs)].map((run) => runs.flatMap((value, row) => (value === run ? [row] : [])))
}

function matrix(golden: GoldenCase, name: string): Matrix64 {
  const { data, shape } = golden.input64(name)
  return { data, nRows: shape[0]!, nCols: shape[1]! }
}

function takeRows({ data, nCols }: Matrix64, rows: readonly number[]): Matrix64 {
  return {
    data: Float64Array.from(
      rows.flatMap((row) => [...data.subarray(row * nCols, (row + 1) * nCols)]),
    ),
    nRows: rows.length,
    nCols,
  }
}
