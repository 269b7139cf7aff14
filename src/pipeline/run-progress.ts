/** Outcomes of tasks as they come -> the events of a run, and what permutations will take. */
import type { Emit } from '../core/events.ts'
import { isLimbicError } from '../core/errors/index.ts'
import type { Task } from '../core/schemas/task.ts'
import type { TaskOutcome } from './task-results.ts'

/** Tells how far a run is. */
export interface RunProgress {
  /** A task that had its result before the run was started. */
  found(outcome: TaskOutcome): void
  /** A task that has just ended. */
  ended(outcome: TaskOutcome): void
  /** There is nothing more to come. */
  done(): void
}

/**
 * Starts to tell of the tasks of a run.
 *
 * @param tasks - All tasks of the run.
 * @param emit - Who is told.
 * @returns The teller. When the folds with true labels have ended and permutations are to come, a note says about how long they will take.
 * @throws Never.
 */
export function createRunProgress(tasks: readonly Task[], emit: Emit): RunProgress {
  const nFolds = tasks.filter(({ permutation }) => permutation === 0).length
  const unit = tasks.length === nFolds ? 'subjects' : 'folds'
  const progress = { stage: 'folds', total: tasks.length, unit }
  const started = performance.now()
  let done = 0
  let foldsDone = 0
  let computed = 0
  emit({ type: 'start', ...progress })
  const seconds = (): number => (performance.now() - started) / 1000
  const count = (outcome: TaskOutcome): void => {
    done += 1
    emit({ type: 'progress', ...progress, done, detail: describe(outcome) })
    if (outcome.task.permutation > 0 || ++foldsDone < nFolds || computed === 0) return
    const left = tasks.length - done
    if (left > 0)
      emit({ type: 'note', message: describeCost(left, nFolds, (seconds() / computed) * left) })
  }
  return {
    found: count,
    ended(outcome) {
      computed += 1
      if ('error' in outcome) emit({ type: 'note', message: describeFailure(outcome) })
      count(outcome)
    },
    done: () => emit({ type: 'done', stage: 'folds', seconds: seconds() }),
  }
}

function describeCost(nTasks: number, nFolds: number, seconds: number): string {
  const permutations = `${nTasks} folds with permuted labels (${Math.ceil(nTasks / nFolds)} permutations)`
  return `${permutations} are to come, each with selection, alignment and all models fitted anew: about ${formatDuration(seconds)} at the pace of the folds with true labels.`
}

function formatDuration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}

function nameOf({ fold, permutation }: Task): string {
  return permutation === 0 ? `sub-${fold}` : `sub-${fold}, permutation ${permutation}`
}

function describeFailure({ task, error }: Extract<TaskOutcome, { error: Error }>): string {
  const code = isLimbicError(error) ? error.code : 'INTERNAL'
  return `${nameOf(task)} failed. ${code}: ${error.message}`
}

function describe(outcome: TaskOutcome): string {
  const name = nameOf(outcome.task)
  if ('error' in outcome) return `${name} failed`
  const score =
    'fold' in outcome
      ? Object.values(outcome.fold.models)[0]!.calibrated.balancedAccuracy
      : Object.values(outcome.scores)[0]!
  return `${name} ${score.toFixed(3)}`
}
