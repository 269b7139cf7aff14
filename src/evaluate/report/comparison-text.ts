/** Runs side by side -> tables for the terminal, and the optimism in words. */
import type { Optimism, RunComparison, RunRow } from '../compare-runs.ts'
import { formatDecimal, formatInterval, formatPValue, formatProportion } from './numbers.ts'
import { layOut } from './lay-out.ts'

/**
 * Turns a comparison into text.
 *
 * @param comparison - The runs.
 * @returns Lines, the last with its line break.
 * @throws Never.
 */
export function formatRunComparisonText({ runs, differences, optimism }: RunComparison): string {
  const rows = [
    [
      '',
      'protocol',
      'model',
      'subjects',
      'balanced accuracy',
      '95 % CI',
      'accuracy',
      '95 % CI',
      'chance',
      'leaks',
    ],
    ...runs.map(rowOf),
  ]
  const pairs = differences.map(({ a, b, nCommon, meanDifference, ci95, p }) => [
    `${a} - ${b}`,
    formatProportion(meanDifference, 3),
    formatInterval(ci95),
    formatPValue(p),
    `${nCommon}`,
  ])
  return [
    ...layOut(rows),
    ...(pairs.length === 0
      ? []
      : [
          '',
          ...layOut([
            ['balanced accuracy', 'difference', '95 % CI', 'p (paired t)', 'subjects'],
            ...pairs,
          ]),
        ]),
    ...(optimism.length === 0 ? [] : ['', ...optimism.map(formatOptimism)]),
    ...runs.flatMap(({ run, leaks }) =>
      leaks.length === 0 ? [] : ['', `LEAKS of ${run}`, ...leaks.map((leak) => `  LEAK ${leak}`)],
    ),
    '',
  ].join('\n')
}

/**
 * What a leaking run adds, in a sentence.
 *
 * @param optimism - A strict and a leaking run of the same data.
 * @returns One sentence.
 * @throws Never.
 */
export function formatOptimism({
  strict,
  leaking,
  models,
  accuracy,
  balancedAccuracy,
}: Optimism): string {
  const [one, other] = models
  const what = one === other ? one : `${other} against ${one}`
  const points = (pair: readonly [number, number]): string => {
    const difference = 100 * (pair[1] - pair[0])
    return `${difference >= 0 ? '+' : ''}${formatDecimal(difference, 1)}`
  }
  return `OPTIMISM ${points(balancedAccuracy)} points: ${what}, balanced accuracy ${formatProportion(balancedAccuracy[1], 3)} in ${leaking}, which leaks, and ${formatProportion(balancedAccuracy[0], 3)} in ${strict}, which does not (accuracy ${formatProportion(accuracy[1], 3)} and ${formatProportion(accuracy[0], 3)}, ${points(accuracy)} points).`
}

function rowOf(row: RunRow): string[] {
  const { balancedAccuracy, accuracy } = row
  const show = (statistic: RunRow['accuracy']): string[] =>
    statistic === null
      ? ['none', '']
      : [formatProportion(statistic.mean), formatInterval(statistic.ci95)]
  return [
    row.run,
    row.protocol,
    row.model,
    row.nFailed === 0 ? `${row.nSubjects}` : `${row.nSubjects} (${row.nFailed} failed)`,
    ...show(balancedAccuracy),
    ...show(accuracy),
    formatProportion(row.chance.uniform),
    row.leaks.length === 0 ? 'none' : `${row.leaks.length}`,
  ]
}
