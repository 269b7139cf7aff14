/** The labels of every subject's volumes -> which volumes of the subjects are paired with each other. */
import type { AlignStep } from '../../../core/schemas/pipeline.ts'
import type { RunData } from '../subject-data.ts'

/**
 * Pairs volumes of all subjects.
 *
 * @param runs - The runs of each subject, laid behind each other.
 * @param match - `class-order`: the n-th volume of a class in one subject with the n-th in the others, as many as all have.
 *   Anything else: by position, every volume.
 * @returns Per subject the indices of its volumes, in matching order; of unequal lengths when positions do not pair.
 * @throws Never.
 * @remarks The published code pairs by position, which presumes that all subjects saw the same blocks in the same order; then both pairings
 *   are the same. Where orders differ only `class-order` pairs responses to the same thing, and it reads the labels to do so.
 */
export function pairRows(
  runs: readonly (readonly Pick<RunData, 'labels'>[])[],
  match: AlignStep['match'],
): readonly Int32Array[] {
  const labels = runs.map((own) => own.flatMap((run) => [...run.labels]))
  if (match !== 'class-order') return labels.map((own) => Int32Array.from(own.keys()))
  const classes = [...new Set(labels.flat())].filter((c) => c >= 0).sort((a, b) => a - b)
  const members = labels.map((own) =>
    classes.map((c) => [...own.keys()].filter((t) => own[t] === c)),
  )
  const counts = classes.map((_, c) => Math.min(...members.map((own) => own[c]!.length)))
  return members.map((own) =>
    Int32Array.from(own.flatMap((volumes, c) => volumes.slice(0, counts[c]))),
  )
}
