/** Confusion of every subject -> how well two classes are told apart when the others are left out. */
import type { ReportFold, Statistic } from '../../core/schemas/report.ts'
import { summarize } from '../statistics.ts'
import { html, type Html } from './html.ts'
import { formatInterval, formatProportion } from './numbers.ts'
import { formatTable } from './table.ts'

/** Two classes and how well they are told apart. */
export interface ClassPair {
  readonly a: string
  readonly b: string
  /** One of the two is the class of volumes without a condition. */
  readonly hasRest: boolean
  /** Balanced accuracy over the subjects that have both; null when none has. */
  readonly statistic: Pick<Statistic, 'mean' | 'ci95'> | null
  readonly nSubjects: number
}

/**
 * Balanced accuracy among what is truly one of two classes and was decoded as one of the two, over subjects. Rest is easy to tell from
 * anything; this shows whether two emotions are told apart as well.
 *
 * @param classes - Class names.
 * @param folds - The subjects.
 * @param rest - Name of the rest class, if there is one.
 * @returns Every pair, those without rest first.
 * @throws Never.
 */
export function listPairs(
  classes: readonly string[],
  folds: readonly Pick<ReportFold, 'confusion'>[],
  rest: string | null,
): ClassPair[] {
  const pairs = classes.flatMap((a, i) =>
    classes.slice(i + 1).map((b, d): ClassPair => {
      const values = folds
        .map(({ confusion }) => tellApart(confusion, i, i + 1 + d))
        .filter(Number.isFinite)
      return {
        ...{ a, b, hasRest: rest !== null && [a, b].includes(rest), nSubjects: values.length },
        statistic: values.length === 0 ? null : summarize(values),
      }
    }),
  )
  return pairs.sort((one, other) => Number(one.hasRest) - Number(other.hasRest))
}

/**
 * The pairs as a table; pairs of conditions and pairs with rest apart.
 *
 * @param classes - Class names, at least three.
 * @param folds - The subjects.
 * @param rest - Name of the rest class, if there is one.
 * @returns The table.
 * @throws Never.
 */
export function formatPairTable(
  classes: readonly string[],
  folds: readonly Pick<ReportFold, 'confusion'>[],
  rest: string | null,
): Html {
  const pairs = listPairs(classes, folds, rest)
  const table = (name: string, rows: readonly ClassPair[]): Html | undefined =>
    rows.length === 0
      ? undefined
      : formatTable<ClassPair>(
          name,
          [
            { heading: 'pair', text: true, cell: ({ a, b }) => `${a} / ${b}` },
            {
              heading: 'balanced accuracy',
              cell: ({ statistic }) =>
                statistic === null ? '–' : formatProportion(statistic.mean),
            },
            {
              heading: '95 % CI',
              cell: ({ statistic }) => (statistic === null ? '–' : formatInterval(statistic.ci95)),
            },
            { heading: 'chance', cell: () => formatProportion(0.5) },
          ],
          rows,
        )
  return html`${table(
    'Pairs of classes, mean over subjects',
    pairs.filter(({ hasRest }) => !hasRest),
  )}${table(
    'Pairs with rest',
    pairs.filter(({ hasRest }) => hasRest),
  )}`
}

function tellApart(confusion: readonly (readonly number[])[], i: number, j: number): number {
  const at = (row: number, column: number): number => confusion[row]?.[column] ?? 0
  return (at(i, i) / (at(i, i) + at(i, j)) + at(j, j) / (at(j, j) + at(j, i))) / 2
}
