import { describe, expect, it } from 'vitest'
import { LimbicError } from '../../src/core/errors/index.ts'
import type { Task } from '../../src/core/schemas/task.ts'
import { createRunProgress } from '../../src/pipeline/run-progress.ts'
import type { TaskOutcome } from '../../src/pipeline/task-results.ts'
import { foldsWithScores } from '../evaluate/_folds.ts'
import { createRecorder } from './_dataset.ts'

const task = (permutation: number, fold: string): Task => ({
  ...{ id: `${permutation}-${fold}`, fold, permutation, seed: 0, inputsHash: '' },
})
const folds = ['01', '02']
const tasks = [0, 1].flatMap((permutation) => folds.map((fold) => task(permutation, fold)))
const outcome = (one: Task): TaskOutcome =>
  one.permutation === 0
    ? { task: one, fold: foldsWithScores({ lda: [0.5] })[0]! }
    : { task: one, scores: { lda: 0.25 } }

describe('the progress of a run', () => {
  it('counts every task, those that had a result among them', () => {
    const { events, emit } = createRecorder()
    const progress = createRunProgress(tasks, emit)
    progress.found(outcome(tasks[0]!))
    progress.ended(outcome(tasks[1]!))
    progress.ended(outcome(tasks[2]!))
    progress.done()
    expect(events).toMatchObject([
      { type: 'start', stage: 'folds', total: 4, unit: 'folds' },
      { type: 'progress', done: 1, detail: 'sub-01 0.500' },
      { type: 'progress', done: 2, detail: 'sub-02 0.500' },
      { type: 'note', message: expect.stringContaining('2 folds with permuted') as string },
      { type: 'progress', done: 3, detail: 'sub-01, permutation 1 0.250' },
      { type: 'done', stage: 'folds' },
    ])
  })

  it('foretells nothing when nothing was computed, or nothing is left', () => {
    const { events, emit } = createRecorder()
    const resumed = createRunProgress(tasks, emit)
    for (const one of tasks.slice(0, 2)) resumed.found(outcome(one))
    const whole = createRunProgress(tasks.slice(0, 2), emit)
    for (const one of tasks.slice(0, 2)) whole.ended(outcome(one))
    expect(events.filter(({ type }) => type === 'note')).toEqual([])
  })

  it('names a task that failed, with the code of its error', () => {
    const { events, emit } = createRecorder()
    const progress = createRunProgress(tasks, emit)
    progress.ended({
      task: tasks[3]!,
      error: new LimbicError('SELECT_K_TOO_LARGE', { k: 9, nVoxels: 4 }),
    })
    progress.ended({ task: tasks[2]!, error: new TypeError('oops') })
    expect(events.filter(({ type }) => type === 'note')).toMatchObject([
      {
        message: expect.stringMatching(
          /^sub-02, permutation 1 failed\. SELECT_K_TOO_LARGE: /,
        ) as string,
      },
      { message: 'sub-01, permutation 1 failed. INTERNAL: oops' },
    ])
    expect(events.at(-1)).toMatchObject({ done: 2, detail: 'sub-01, permutation 1 failed' })
  })
})
