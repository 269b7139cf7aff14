/** A run -> the same run as the paper read it: every voxel z-scored over the whole run `[nVolumes x nVoxels]`, later volumes included. */
import type { Pipeline } from '../../../core/schemas/pipeline.ts'
import type { State } from '../../../core/types.ts'
import { applyScaler, fitScaler } from '../../../preprocess/scaler.ts'
import type { RunData, SubjectData } from '../subject-data.ts'

/**
 * The runs of a subject that hold labels, scaled as `clean.wholeRun` says; the others play no part.
 *
 * @param subject - The subject.
 * @param clean - The clean step.
 * @returns The subject with those runs alone, each of them labelled.
 * @throws Never.
 */
export function readAsPublished(
  subject: SubjectData,
  { wholeRun }: Pick<Pipeline['clean'], 'wholeRun'>,
): SubjectData {
  const labelled = subject.runs.filter((run) => run.labels.some((label) => label >= 0))
  const runs = wholeRun === 'zscore' ? labelled.map(standardizeRun) : labelled
  return { ...subject, runs, rotations: [], training: { calibration: runs, labelled: runs } }
}

/**
 * What scaled the volumes of some runs, as states that say which runs they saw: a run that is scaled by itself saw itself.
 *
 * @param runs - Runs from `readAsPublished`.
 * @param clean - The clean step.
 * @returns One state over all of them; none when nothing was scaled.
 * @throws Never.
 */
export function scalingStates(
  runs: readonly RunData[],
  { wholeRun }: Pick<Pipeline['clean'], 'wholeRun'>,
): readonly State[] {
  return wholeRun === 'none'
    ? []
    : [{ kind: 'whole-run scaling', fittedOn: runs.map(({ key }) => key) }]
}

/** Voxels without spread become 0, as they do in every scaler. */
function standardizeRun(run: RunData): RunData {
  return {
    ...run,
    sha256: `${run.sha256}/zscore`,
    readSeries: async (voxels) => {
      const series = await run.readSeries(voxels)
      return applyScaler(fitScaler(series, [run.key]), series)
    },
  }
}
