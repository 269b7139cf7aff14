/** Report -> what was scored, in words: subjects, or one split of the volumes of all of them. */
import { singleFold, type Report } from '../../core/schemas/report.ts'

/**
 * Whether one split into training and test was scored, in which the subject is not what was held out.
 *
 * @param report - The report.
 * @returns True for the single splits of protocol `paper`.
 * @throws Never.
 */
export function isSingleSplit({ protocol, folds }: Pick<Report, 'protocol' | 'folds'>): boolean {
  return protocol === 'paper' && folds.length === 1 && folds[0]!.subject === singleFold
}

/**
 * Counts what was scored.
 *
 * @param report - The report.
 * @returns As in `12 subjects`, `1 subject`, `one split of 12 subjects`.
 * @throws Never.
 */
export function countScored(report: Report): string {
  if (isSingleSplit(report)) return `one split of ${countSubjects(report.data.subjects.length)}`
  return countSubjects(report.folds.length)
}

function countSubjects(n: number): string {
  return `${n} ${n === 1 ? 'subject' : 'subjects'}`
}
