/** Report -> its main result in one or two sentences. */
import type { Report, Summary } from '../../core/schemas/report.ts'
import { formatInterval, formatProportion } from './numbers.ts'
import { countScored, isSingleSplit } from './scored.ts'

/**
 * The main result in words: subjects, balanced accuracy with its interval, chance, and what stands beside it.
 *
 * @param report - The report.
 * @returns One paragraph of plain text.
 * @throws Never.
 */
export function formatHeadline(report: Report): string {
  const { summary } = report
  if (summary === null) return 'No subject could be scored; the failed folds below say why.'
  const scored = countScored(report).replace(/^o/, 'O')
  const interval =
    summary.balancedAccuracy.ci95 === null
      ? `no interval from a single ${isSingleSplit(report) ? 'split' : 'subject'}`
      : `95 % CI ${formatInterval(summary.balancedAccuracy.ci95)}`
  const main = `${scored}: balanced accuracy ${mean(summary)} (${interval}), chance ${formatProportion(report.chance.uniform)}.`
  return [main, ...describeOthers(report, summary)].join(' ')
}

function describeOthers(report: Report, summary: Summary): string[] {
  const { unaligned, zeroShot, oracle, chance } = report
  const beside = [
    unaligned === null ? [] : [`${mean(unaligned)} without alignment`],
    zeroShot === null ? [] : [`${mean(zeroShot)} without any data of the subject (zero-shot)`],
  ].flat()
  const ceiling =
    oracle === null
      ? ''
      : `; the true-parameter classifier reaches ${formatProportion(oracle.accuracy)}`
  return [
    ...(beside.length === 0 ? [] : [`Balanced accuracy is ${beside.join(' and ')}.`]),
    `Accuracy is ${formatProportion(summary.accuracy.mean)}, where always naming the commonest class gives ${formatProportion(chance.majority)}${ceiling}.`,
  ]
}

function mean(summary: Summary): string {
  return formatProportion(summary.balancedAccuracy.mean)
}
