/** The runs of a dataset -> tasks: each run with the volume it is realigned to, the same for all runs of a subject on one grid. */
import type { BidsRun } from '../../io/bids/index.ts'
import { compareGrids } from '../../preprocess/resample/index.ts'
import type { RunReference } from './options.ts'
import { chooseReference } from './reference.ts'

/** One run to preprocess, as plain data that any process can be sent. */
export interface PreprocessTask {
  readonly run: BidsRun
  readonly reference: RunReference
}

/** How references are chosen. */
export interface ReferenceRules {
  /** As for `chooseReference`. */
  readonly rule: 'typical' | 'first'
  /** The runs that references are taken from where there are any; by default the first of each subject and grid. */
  readonly prefer?: (run: BidsRun) => boolean
}

/**
 * Groups runs by subject and grid, and chooses a reference for each group.
 *
 * @param runs - Runs that can be read, in order.
 * @param rules - Which run and volume.
 * @returns Tasks in the order of the runs.
 * @throws {LimbicError} As `chooseReference`.
 * @remarks Runs of one subject on different grids, such as those of two sessions, cannot share a reference; each grid has one of its own.
 */
export async function planRuns(
  runs: readonly BidsRun[],
  rules: ReferenceRules,
): Promise<readonly PreprocessTask[]> {
  const chosen = new Map<BidsRun, Promise<RunReference>>()
  const tasks: PreprocessTask[] = []
  for (const run of runs) {
    const { source, rule } = sourceOf(run, runs, rules)
    const reference = chosen.get(source) ?? chooseReference(source, rule)
    chosen.set(source, reference)
    tasks.push({ run, reference: await reference })
  }
  return tasks
}

/** Where no preferred run is on this grid, the first volume of all must do: any other would come after some that it is used on. */
function sourceOf(
  run: BidsRun,
  runs: readonly BidsRun[],
  { rule, prefer }: ReferenceRules,
): { readonly source: BidsRun; readonly rule: ReferenceRules['rule'] } {
  const group = runs.filter(
    (other) =>
      other.id.subject === run.id.subject &&
      compareGrids(other.header.grid, run.header.grid).isSame,
  )
  const preferred = prefer === undefined ? group[0] : group.find(prefer)
  if (preferred !== undefined) return { source: preferred, rule }
  return { source: group[0] ?? run, rule: 'first' }
}
