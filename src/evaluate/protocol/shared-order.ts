/** Labels of a subject and of others -> a warning when the conditions come in the same order, so that the clock alone would decode them. */
import { createFinding } from '../../core/errors/index.ts'
import type { RunData, SubjectData } from './subject-data.ts'

/** From this share of volumes on, an order counts as the same: a lag or a shorter run still leaves it so. */
const sameShare = 0.9

/**
 * Compares the order of conditions of a subject with that of others.
 *
 * @param subject - The subject that is scored.
 * @param others - The subjects that are learnt from.
 * @param rest - Index of the class of volumes without a condition, which comes between blocks in every design; -1 when there is none.
 * @returns A warning when, volume by volume of the same run, at least nine in ten have the condition that most others have there.
 * @throws Never.
 * @remarks A decoder never sees the clock, but whatever changes over a run (drift, arousal, breathing) tells it the time.
 */
export function findSharedOrder(
  subject: SubjectData,
  others: readonly SubjectData[],
  rest: number,
): string[] {
  const [nSame, nCompared] = [0, 0].map((_, what) =>
    subject.training.labelled.reduce((sum, run) => {
      const counted = compareRun(run, others, rest)
      return sum + (what === 0 ? counted.nSame : counted.nCompared)
    }, 0),
  ) as [number, number]
  if (nCompared === 0 || nSame < sameShare * nCompared) return []
  const share = nSame / nCompared
  return [createFinding('warning', 'BLOCK_ORDER_SHARED', { share }).message]
}

function compareRun(
  run: RunData,
  others: readonly SubjectData[],
  rest: number,
): { nSame: number; nCompared: number } {
  const isSameRun = ({ id }: RunData): boolean =>
    id.task === run.id.task && id.run === run.id.run && id.session === run.id.session
  const alike = others.flatMap(({ training }) => training.labelled.filter(isSameRun))
  let [nSame, nCompared] = [0, 0]
  run.labels.forEach((label, t) => {
    const there = alike.map(({ labels }) => labels[t] ?? -1).filter((c) => c >= 0 && c !== rest)
    if (label < 0 || label === rest || there.length === 0) return
    nCompared += 1
    if (there.filter((other) => other === label).length > there.length / 2) nSame += 1
  })
  return { nSame, nCompared }
}
