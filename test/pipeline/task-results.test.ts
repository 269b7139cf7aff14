import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { LimbicError } from '../../src/core/errors/index.ts'
import { taskFailureSchema, taskResultSchema, type Task } from '../../src/core/schemas/task.ts'
import {
  forgetFailures,
  makeResultsFolder,
  readOutcome,
  readSeconds,
  readValue,
  writeOutcome,
} from '../../src/pipeline/task-results.ts'
import { foldsWithScores } from '../evaluate/_folds.ts'
import { temporaryFolder } from './_dataset.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

const task: Task = { id: 'perm-00001_sub-01', fold: '01', permutation: 1, seed: 0, inputsHash: 'h' }
const error = new LimbicError('SELECT_K_TOO_LARGE', { k: 9, nVoxels: 4 })

let nRuns = 0
async function newRun(): Promise<string> {
  const run = join(dir, `run-${++nRuns}`)
  await makeResultsFolder(run)
  return run
}
const jsonOf = (run: string, name: string): unknown =>
  JSON.parse(readFileSync(join(run, 'results', name), 'utf8'))

describe('the result of a task', () => {
  it('is read as it was written, and is what its schema says', async () => {
    const run = await newRun()
    const [fold] = foldsWithScores({ lda: [0.5] })
    const whole = { ...task, id: 'sub-01', permutation: 0 }
    await writeOutcome(run, { task, scores: { lda: 0.25 } })
    await writeOutcome(run, { task: whole, fold: fold! })
    expect(await readValue(run, task)).toEqual({ task, scores: { lda: 0.25 } })
    expect(await readOutcome(run, whole)).toEqual({ task: whole, fold })
    for (const name of ['sub-01.json', 'perm-00001_sub-01.json'])
      expect(taskResultSchema.safeParse(jsonOf(run, name)).error).toBeUndefined()
    expect(readdirSync(join(run, 'results'))).toHaveLength(2)
  })

  it('is none when it is not there or belongs to other inputs', async () => {
    const run = await newRun()
    expect(await readOutcome(run, task)).toBeUndefined()
    await writeOutcome(run, { task, scores: { lda: 0.25 } })
    expect(await readOutcome(run, { ...task, inputsHash: 'other' })).toBeUndefined()
  })

  it('is none when a byte of its value changed or the file was cut short', async () => {
    const run = await newRun()
    await writeOutcome(run, { task, scores: { lda: 0.25, ridge: 0.5 } })
    const file = join(run, 'results', `${task.id}.json`)
    const text = readFileSync(file, 'utf8')
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: text.length - 1 }), async (length) => {
        writeFileSync(file, text.slice(0, length))
        expect(await readValue(run, task)).toBeUndefined()
      }),
    )
    writeFileSync(file, text.replace('0.25', '0.35'))
    expect(await readValue(run, task)).toBeUndefined()
    writeFileSync(file, text)
    expect(await readValue(run, task)).toBeDefined()
  })

  it('is told of when it cannot be read for another reason', async () => {
    const run = await newRun()
    mkdirSync(join(run, 'results', `${task.id}.json`))
    await expect(readValue(run, task)).rejects.toMatchObject({ code: 'EISDIR' })
  })
})

describe('the error of a task', () => {
  it('is an outcome but no value, with code and details', async () => {
    const run = await newRun()
    await writeOutcome(run, { task, error })
    expect(await readValue(run, task)).toBeUndefined()
    expect(await readOutcome(run, task)).toMatchObject({
      task,
      error: { code: error.code, details: error.details, message: error.message },
    })
    expect(taskFailureSchema.safeParse(jsonOf(run, `${task.id}.failed.json`)).success).toBe(true)
    expect(await readOutcome(run, { ...task, inputsHash: 'other' })).toBeUndefined()
  })

  it('gives way to a result, and can be forgotten', async () => {
    const run = await newRun()
    await writeOutcome(run, { task, error })
    await forgetFailures(run, [task, { ...task, id: 'never-failed' }])
    expect(await readOutcome(run, task)).toBeUndefined()
    await writeOutcome(run, { task, error })
    await writeOutcome(run, { task, scores: { lda: 1 } })
    expect(readdirSync(join(run, 'results'))).toEqual([`${task.id}.json`])
  })
})

describe('the time of tasks', () => {
  it('is the median of what results took, and unknown without results', async () => {
    const run = await newRun()
    expect(await readSeconds(run)).toBeUndefined()
    await writeOutcome(run, { task, error }, 100)
    expect(await readSeconds(run)).toBeUndefined()
    for (const [i, seconds] of [7, 1, 3].entries())
      await writeOutcome(run, { task: { ...task, id: `task-${i}` }, scores: { lda: 1 } }, seconds)
    expect(await readSeconds(run)).toBe(3)
  })
})
