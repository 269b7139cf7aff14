import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../src/core/events.ts'
import { runInProcess } from '../../src/executors/in-process.ts'
import type { FoldTask } from '../../src/pipeline/fold-task.ts'
import { createRecorder, hitsOf, temporaryFolder } from '../pipeline/_dataset.ts'
import { createCollector, makeTask, withoutImages, withoutRuns } from './_task.ts'

const { dir, remove } = temporaryFolder()
let task: FoldTask

beforeAll(async () => {
  task = await makeTask(dir)
})
afterAll(remove)

describe('runInProcess', () => {
  it('runs the folds one after the other, in order', async () => {
    const { outcomes, onOutcome } = createCollector()
    const { events, emit } = createRecorder()
    await runInProcess(task, ['02', '01'], emit, onOutcome)
    expect(outcomes).toMatchObject([
      { subject: '02', fold: { subject: '02' } },
      { subject: '01', fold: { subject: '01' } },
    ])
    expect(hitsOf(events, 'fold')).toEqual([false, false])
  })

  it('goes on after a fold that fails', async () => {
    const { outcomes, onOutcome } = createCollector()
    const broken = withoutImages(task, '01', join(dir, 'broken'))
    await runInProcess(broken, ['01', '02'], silent, onOutcome)
    expect(outcomes).toMatchObject([
      { subject: '01', error: { code: 'FILE_NOT_FOUND' } },
      { subject: '02', fold: { subject: '02' } },
    ])
  })

  it('refuses a task that cannot be opened at all', async () => {
    const { outcomes, onOutcome } = createCollector()
    await expect(runInProcess(withoutRuns(task), ['01'], silent, onOutcome)).rejects.toMatchObject({
      code: 'STRICT_NEEDS_TWO_RUNS',
    })
    expect(outcomes).toEqual([])
  })

  it('stops when a result cannot be kept: that is no failure of the fold', async () => {
    const full = new Error('no space left on device')
    let nOutcomes = 0
    const onOutcome = (): Promise<void> => {
      nOutcomes += 1
      return Promise.reject(full)
    }
    await expect(runInProcess(task, ['01', '02'], silent, onOutcome)).rejects.toBe(full)
    expect(nOutcomes).toBe(1)
  })
})
