import { expect } from 'vitest'
import {
  accuracy,
  aucMacro,
  aucPerClass,
  balancedAccuracy,
  brierScore,
  classScores,
  cohenKappa,
  confusionMatrix,
  expectedCalibrationError,
  logLoss,
  macroF1,
  matthews,
} from '../../src/evaluate/metrics/index.ts'
import {
  adjustBenjaminiHochberg,
  adjustBonferroni,
  adjustHolm,
  binomialTest,
  clopperPearsonInterval,
  oneSampleT,
  permutationP,
  wilcoxonSignedRank,
  wilsonInterval,
} from '../../src/evaluate/statistics.ts'
import { describeGolden, type GoldenCase } from './_golden.ts'

type Compute = (golden: GoldenCase) => number | ArrayLike<number>
type Row = Record<string, unknown>

const labels = (golden: GoldenCase) => golden.input('y_true').data as Int32Array
const probabilities = (golden: GoldenCase) => {
  const { data, shape } = golden.input64('proba')
  return { data, nRows: shape[0]!, nCols: shape[1]! }
}
const confusion = (golden: GoldenCase) => {
  const predicted = golden.input('y_pred').data as Int32Array
  return confusionMatrix(labels(golden), predicted, Number(golden.params['classes']))
}
const subjects = (golden: GoldenCase) => {
  const { data, shape } = golden.input64('acc')
  const nCols = shape[1]!
  return Array.from({ length: shape[0]! }, (_, i) => data.subarray(i * nCols, (i + 1) * nCols))
}
const overRows = (golden: GoldenCase, value: (row: Float64Array, centre: number) => number) =>
  subjects(golden).map((row) => value(row, Number(golden.params['mu0'])))
const pValues = (golden: GoldenCase) => golden.input64('p').data

const computed: Record<string, Compute> = {
  confusion: (g) => confusion(g).counts,
  accuracy: (g) => accuracy(confusion(g)),
  balanced_accuracy: (g) => balancedAccuracy(confusion(g)),
  macro_f1: (g) => macroF1(confusion(g)),
  kappa: (g) => cohenKappa(confusion(g)),
  mcc: (g) => matthews(confusion(g)),
  precision: (g) => classScores(confusion(g)).precision,
  recall: (g) => classScores(confusion(g)).recall,
  f1: (g) => classScores(confusion(g)).f1,
  log_loss: (g) => logLoss(labels(g), probabilities(g)),
  brier: (g) => brierScore(labels(g), probabilities(g)),
  auc_per_class: (g) => aucPerClass(labels(g), probabilities(g)),
  roc_auc_ovr_macro: (g) => aucMacro(labels(g), probabilities(g)),
  t: (g) => overRows(g, (row, centre) => oneSampleT(row, centre).statistic),
  p_t: (g) => overRows(g, (row, centre) => oneSampleT(row, centre).p),
  w: (g) => overRows(g, (row, centre) => wilcoxonSignedRank(row, centre).statistic),
  p_w: (g) => overRows(g, (row, centre) => wilcoxonSignedRank(row, centre).p),
  bh: (g) => adjustBenjaminiHochberg(pValues(g)),
  holm: (g) => adjustHolm(pValues(g)),
  bonferroni: (g) => adjustBonferroni(pValues(g)),
}

describeGolden('metrics', (golden) => {
  for (const name of golden.expectedNames) {
    if (name === 'rows') {
      checkRows(golden)
      continue
    }
    golden.expectClose(name, computeNamed(name, golden))
  }
})

function computeNamed(name: string, golden: GoldenCase): number | ArrayLike<number> {
  const nBins = /^ece(\d+)$/.exec(name)?.[1]
  if (nBins !== undefined)
    return expectedCalibrationError(labels(golden), probabilities(golden), Number(nBins))
  const compute = computed[name]
  if (compute === undefined) throw new Error(`the reference cases expect "${name}", unknown here`)
  return compute(golden)
}

function checkRows(golden: GoldenCase): void {
  const rows = golden.expectedValue('rows') as Row[]
  const tolerance = golden.expectedTolerance('rows')
  const rtol = Number(tolerance.rtol ?? 0)
  const atol = Number(tolerance.atol ?? 0)
  expect(rows.length).toBeGreaterThan(0)
  rows.forEach((row, r) => {
    for (const name of Object.keys(row)) {
      if (isGiven(name, row)) continue
      // The manifest's note: limits of intervals may differ by 1e-9.
      const slack = Array.isArray(row[name]) ? 1e-9 : atol
      const got = [computeOfRow(name, row)].flat()
      const wanted = [row[name] as number | number[]].flat()
      expect(got.length).toBe(wanted.length)
      wanted.forEach((value, i) => {
        const difference = Math.abs(got[i]! - value)
        expect(
          difference,
          `row ${r}, ${name}: got ${got[i]}, expected ${value}`,
        ).toBeLessThanOrEqual(slack + rtol * Math.abs(value))
      })
    }
  })
}

/** Columns of a row that are given, not computed: a permutation row gives the null scores, a binomial row k, n and p. */
const isGiven = (name: string, row: Row): boolean =>
  ('null' in row ? ['null', 'observed'] : ['k', 'n', 'p']).includes(name)

function computeOfRow(name: string, row: Row): number | number[] {
  if ('null' in row) return computeOfPermutationRow(name, row)
  const [k, n, chance] = [Number(row['k']), Number(row['n']), Number(row['p'])]
  const level = Number(`0.${/\d+$/.exec(name)?.[0] ?? '95'}`)
  if (name === 'two_sided') return binomialTest(k, n, chance, 'two-sided')
  if (name === 'greater') return binomialTest(k, n, chance, 'greater')
  if (name === 'less') return binomialTest(k, n, chance, 'less')
  if (name.startsWith('wilson')) return wilsonInterval(k, n, level)
  if (name.startsWith('clopper')) return clopperPearsonInterval(k, n, level)
  throw new Error(`the reference cases expect "${name}", unknown here`)
}

function computeOfPermutationRow(name: string, row: Row): number {
  const permuted = row['null'] as number[]
  const p = permutationP(Number(row['observed']), permuted)
  if (name === 'p') return p
  if (name === 'm') return permuted.length
  if (name === 'b') return Math.round(p * (permuted.length + 1)) - 1
  throw new Error(`the reference cases expect "${name}", unknown here`)
}
