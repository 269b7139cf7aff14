/** Report -> one row per classifier and condition, for the figure, the table and the terminal. */
import type { Report, Summary } from '../../core/schemas/report.ts'

/** One classifier under one condition. */
export interface ModelRow {
  readonly model: string
  readonly condition: 'calibrated' | 'unaligned' | 'zero-shot' | 'within-subject'
  readonly summary: Summary
}

/**
 * All summaries of a report, the reported model first.
 *
 * @param report - The report.
 * @returns One row per classifier and condition that there are figures of.
 * @throws Never.
 */
export function listModels(report: Report): ModelRow[] {
  const { model, summary, unaligned, zeroShot, withinSubject } = report
  const own: ModelRow[] = [
    ...listConditions(model, summary, unaligned, zeroShot),
    ...(withinSubject === null
      ? []
      : [{ model, condition: 'within-subject', summary: withinSubject } as const]),
  ]
  const others = Object.entries(report.baselines).flatMap(([name, baseline]) =>
    listConditions(name, baseline, baseline.unaligned, baseline.zeroShot),
  )
  return [...own, ...others]
}

function listConditions(
  model: string,
  calibrated: Summary | null,
  unaligned: Summary | null,
  zeroShot: Summary | null,
): ModelRow[] {
  const rows = [
    { model, condition: 'calibrated', summary: calibrated },
    { model, condition: 'unaligned', summary: unaligned },
    { model, condition: 'zero-shot', summary: zeroShot },
  ] as const
  return rows.flatMap(({ summary, ...row }) => (summary === null ? [] : [{ ...row, summary }]))
}
