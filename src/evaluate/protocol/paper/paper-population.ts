/** All subjects, the scored one among them -> voxels and common space as the paper fitted them: on every labelled run of everybody. */
import { fitCommonSpace } from '../../../align/common-space.ts'
import { LimbicError } from '../../../core/errors/index.ts'
import type { Matrix64 } from '../../../core/types.ts'
import { selectRows, toFloat64 } from '../../../math/matrix.ts'
import type { SelectionState } from '../../../select/select-voxels.ts'
import type { Calibration } from '../calibration.ts'
import type { ProtocolContext } from '../context.ts'
import type { Population } from '../population.ts'
import { stackRows } from '../rows.ts'
import { selectOwnVoxels, selectSharedVoxels } from '../selection.ts'
import { runKeys, type RunData, type SubjectData } from '../subject-data.ts'
import { pairRows } from './pair-rows.ts'

/**
 * Fits voxels and common space on everybody.
 *
 * @param context - Settings and services.
 * @param subjects - All subjects, from `readAsPublished`.
 * @returns The population, with a way into its feature space for every subject; remembered under the hashes of everything it depends on.
 * @throws {LimbicError} As the selection and `fitCommonSpace`; `CALIBRATION_RUNS_DIFFER` when subjects cannot be paired volume by volume.
 */
export async function fitPaperPopulation(
  context: ProtocolContext,
  subjects: readonly SubjectData[],
): Promise<Population> {
  return context.memo('population', paperPopulationKey(context, subjects), async () => {
    const { select, align } = context.pipeline
    const shared =
      select.mode === 'per-subject' ? null : await selectSharedVoxels(context, subjects)
    const selections: SelectionState[] = []
    for (const subject of subjects)
      selections.push(shared ?? (await selectOwnVoxels(context, subject, subject.runs)))
    const commonSpace =
      align.method === 'none' ? null : await alignEverybody(context, subjects, selections)
    const calibrations = subjects.map(({ subject }, s): [string, Calibration] => [
      subject,
      {
        ...{ subject, variant: 'calibrated', selection: selections[s]!, scaler: null },
        mapper: commonSpace?.mappers[subject] ?? null,
      },
    ])
    return {
      variant: 'calibrated',
      subjects: subjects.map(({ subject }) => subject),
      selection: shared,
      commonSpace,
      rowKeys: [],
      calibrations: Object.fromEntries(calibrations),
      fittedOn: subjects.flatMap(({ runs }) => runKeys(runs)),
    }
  })
}

/**
 * Everything that the population depends on.
 *
 * @param context - Settings.
 * @param subjects - All subjects.
 * @returns A plain object to be hashed.
 * @throws Never.
 */
export function paperPopulationKey(
  { pipeline, classes }: ProtocolContext,
  subjects: readonly SubjectData[],
): unknown {
  const { clean, select, align, seed } = pipeline
  const runs = subjects.map(({ subject, runs }) => [subject, runs.map((run) => run.sha256)])
  return { version: 1, protocol: 'paper', classes, clean, select, align, seed, runs }
}

async function alignEverybody(
  context: ProtocolContext,
  subjects: readonly SubjectData[],
  selections: readonly SelectionState[],
): Promise<NonNullable<Population['commonSpace']>> {
  const { method, match, level2Iterations, components } = context.pipeline.align
  const rows = pairRows(
    subjects.map(({ runs }) => runs),
    match,
  )
  const calibrations: { subject: string; calibration: Matrix64; runs: readonly string[] }[] = []
  for (const [s, { subject, runs }] of subjects.entries()) {
    const series = await readRuns(runs, selections[s]!.voxels)
    const wanted = rows[s]!
    if (wanted.length !== rows[0]!.length)
      throw new LimbicError('CALIBRATION_RUNS_DIFFER', {
        ...{ subject, reference: subjects[0]!.subject },
        expected: `${rows[0]!.length} volumes`,
        found: `${wanted.length}`,
      })
    calibrations.push({ subject, calibration: selectRows(series, wanted), runs: runKeys(runs) })
  }
  return fitCommonSpace(calibrations, {
    // PyMVPA starts from the first of the subjects with the most voxels, and here all have as many.
    ...{ level2Iterations, reference: 0, rng: context.rng.fork('align') },
    ...(method === 'none' ? {} : { method }),
    ...(components === undefined ? {} : { components }),
  })
}

async function readRuns(runs: readonly RunData[], voxels: Int32Array): Promise<Matrix64> {
  const parts: Matrix64[] = []
  for (const run of runs) parts.push(toFloat64(await run.readSeries(voxels)))
  return stackRows(parts)
}
