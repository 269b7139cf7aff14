import { expect } from 'vitest'
import { fUpperTail } from '../../src/math/distributions.ts'
import { anova } from '../../src/select/anova.ts'
import { topK } from '../../src/select/top-k.ts'
import type { FloatArray } from '../../src/core/types.ts'
import { describeGolden, type GoldenCase } from './_golden.ts'

describeGolden('anova', (golden) => {
  if (golden.hasInput('X')) checkSamples(golden)
  else checkTail(golden)
})

function checkSamples(golden: GoldenCase): void {
  const { data, shape } = golden.input('X')
  const labels = golden.input('y').data as Int32Array
  const features = { data: data as FloatArray, nRows: shape[0]!, nCols: shape[1]! }
  const nClasses = Math.max(...labels) + 1
  const { f, p } = anova(features, labels, nClasses)
  for (const name of golden.expectedNames) {
    if (golden.expectedTolerance(name).informational === true || name === 'F_float32_in_sklearn')
      continue
    const k = /^select_k(\d+)$/.exec(name)
    if (k !== null) golden.expectClose(name, topK(f, Number(k[1])))
    else if (/^F(_exact|_sklearn)?$/.test(name)) golden.expectClose(name, f)
    else if (/^p(_exact|_sklearn)?$/.test(name)) golden.expectClose(name, p)
    else expect.fail(`${golden.id} expects ${name}, which nothing here computes`)
  }
}

function checkTail(golden: GoldenCase): void {
  const pairs = golden.params.df as [number, number][]
  const { data } = golden.input64('F')
  for (const name of golden.expectedNames) {
    expect(name).toBe('p')
    golden.expectClose(
      name,
      pairs.flatMap(([d1, d2]) => Array.from(data, (f) => fUpperTail(f, d1, d2))),
    )
  }
}
