/** Report -> a compact table for the terminal: every classifier beside chance and the ceiling. */
import type { Report } from '../../core/schemas/report.ts'
import { groupWarnings } from './group-warnings.ts'
import { layOut } from './lay-out.ts'
import { listModels } from './model-rows.ts'
import { formatInterval, formatProportion } from './numbers.ts'
import { countScored } from './scored.ts'

type Line = readonly [name: string, balancedAccuracy: string, interval: string, accuracy: string]

/**
 * Turns a report into text.
 *
 * @param report - The report.
 * @returns Lines, the last with its line break; no colour, no control characters of ours.
 * @throws Never.
 */
export function formatReportText(report: Report): string {
  const { name, protocol, classes } = report
  const title = `${name}: ${protocol} protocol, ${countScored(report)}, ${classes.join(' / ')}`
  return [
    ...formatLeakBanner(report),
    title,
    '',
    ...layOut(listLines(report)),
    ...listProblems(report),
    '',
  ].join('\n')
}

/** Above everything else, so that nobody reads the figures without it. */
function formatLeakBanner({ leaks }: Report): string[] {
  if (leaks.length === 0) return []
  const edge = '!'.repeat(78)
  return [
    edge,
    '!!  LEAK: these figures do NOT estimate how well a new subject is decoded.',
    ...leaks.map((leak) => `!!  LEAK ${leak}`),
    edge,
    '',
  ]
}

function listLines(report: Report): Line[] {
  const { chance, oracle } = report
  const models = listModels(report).map(({ model, condition, summary }): Line => [
    condition === 'calibrated' ? model : `  ${condition}`,
    formatProportion(summary.balancedAccuracy.mean),
    formatInterval(summary.balancedAccuracy.ci95),
    formatProportion(summary.accuracy.mean),
  ])
  return [
    ['', 'balanced accuracy', '95 % CI', 'accuracy'],
    ...models,
    ['chance', formatProportion(chance.uniform), '', formatProportion(chance.uniform)],
    ['majority class', formatProportion(chance.uniform), '', formatProportion(chance.majority)],
    ...(oracle === null
      ? []
      : [['true parameters', '', '', formatProportion(oracle.accuracy)] satisfies Line]),
  ]
}

function listProblems({ failedFolds, warnings }: Report): string[] {
  const failures = failedFolds.map(
    ({ subject, code, message }) => `FAILED ${subject} ${code} ${message}`,
  )
  const lines = [...failures, ...groupWarnings(warnings).map((w) => `WARNING ${w}`)]
  return lines.length === 0 ? [] : ['', ...lines]
}
