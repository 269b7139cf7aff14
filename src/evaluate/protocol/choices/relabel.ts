/** Subjects whose labels are known at several lags -> the same subjects with the labels at one of them. */
import type { Pipeline } from '../../../core/schemas/pipeline.ts'
import type { RunData, SubjectData } from '../subject-data.ts'

/** The setting of the grid that changes labels. */
export const lagSetting = 'label.method.lagSeconds'

/**
 * Gives subjects the labels that a pipeline's lag makes.
 *
 * @param subjects - The subjects; their runs hold the labels at every lag of the grid.
 * @param pipeline - One combination of the grid.
 * @param isChosen - Whether the lag is a choice at all; if not, labels are as they should be already.
 * @returns The subjects, every run replaced by one with other labels, the same run by the same one wherever it occurs.
 * @throws Never.
 */
export function relabelSubjects(
  subjects: readonly SubjectData[],
  { label }: Pick<Pipeline, 'label'>,
  isChosen: boolean,
): readonly SubjectData[] {
  const { method } = label
  if (!isChosen || method.kind !== 'shift') return subjects
  const relabelled = new Map<RunData, RunData>()
  const of = (run: RunData): RunData => {
    const known = relabelled.get(run) ?? relabelRun(run, method.lagSeconds)
    relabelled.set(run, known)
    return known
  }
  return subjects.map((subject) => ({
    ...subject,
    runs: subject.runs.map(of),
    rotations: subject.rotations.map(({ calibration, evaluation }) => ({
      calibration: calibration.map(of),
      evaluation: evaluation.map(of),
    })),
    training: {
      calibration: subject.training.calibration.map(of),
      labelled: subject.training.labelled.map(of),
    },
  }))
}

function relabelRun(run: RunData, lagSeconds: number): RunData {
  const labels = run.labelsByLag?.[String(lagSeconds)]
  return labels === undefined ? run : { ...run, labels, sha256: `${run.sha256}/lag-${lagSeconds}` }
}
