/** Tasks -> batches that one worker does in a row, since the folds of a permutation share what is computed from its labels. */
import type { Task } from '../core/schemas/task.ts'

/**
 * Puts tasks into batches.
 *
 * @param tasks - The tasks.
 * @param nWorkers - How many workers share them.
 * @returns Folds with true labels one by one, each permutation as one batch; everything one by one when permutations are so few that workers
 *   would stand idle. The order of tasks is kept.
 * @throws Never.
 */
export function batchTasks(tasks: readonly Task[], nWorkers: number): readonly (readonly Task[])[] {
  const permutations = new Set(tasks.map(({ permutation }) => permutation))
  permutations.delete(0)
  if (permutations.size < 2 * nWorkers) return tasks.map((task) => [task])
  const batches: Task[][] = []
  for (const task of tasks) {
    const last = batches.at(-1)
    if (task.permutation > 0 && last?.[0]?.permutation === task.permutation) last.push(task)
    else batches.push([task])
  }
  return batches
}
