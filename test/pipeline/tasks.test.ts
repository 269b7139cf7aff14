import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { taskSchema } from '../../src/core/schemas/task.ts'
import type { DatasetRecord } from '../../src/pipeline/dataset.ts'
import { planTasks, readManifest, settingsOf, writeManifest } from '../../src/pipeline/tasks.ts'
import { temporaryFolder, tinyPipeline } from './_dataset.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

const dataset = {
  sha256: 'd',
  subjects: [{ subject: '01' }, { subject: '02' }],
} as unknown as DatasetRecord

describe('planTasks', () => {
  it('names every fold of the true labels and then of each permutation', () => {
    const tasks = planTasks(tinyPipeline('evaluate.permutations=2', 'seed=5'), dataset)
    expect(tasks.map(({ id }) => id)).toEqual([
      'sub-01',
      'sub-02',
      'perm-00001_sub-01',
      'perm-00001_sub-02',
      'perm-00002_sub-01',
      'perm-00002_sub-02',
    ])
    expect(tasks[3]).toMatchObject({ fold: '02', permutation: 1, seed: 5 })
    expect(new Set(tasks.map(({ inputsHash }) => inputsHash)).size).toBe(6)
    for (const task of tasks) expect(taskSchema.parse(task)).toEqual(task)
  })

  it('gives a task the same id and inputs however many permutations there are', () => {
    const few = planTasks(tinyPipeline('evaluate.permutations=1'), dataset)
    const many = planTasks(tinyPipeline('evaluate.permutations=30'), dataset)
    expect(many.slice(0, few.length)).toEqual(few)
  })

  it('gives other inputs to other settings, seeds and data', () => {
    const hashOf = (data: DatasetRecord, ...settings: string[]): string =>
      planTasks(tinyPipeline(...settings), data)[0]!.inputsHash
    const own = hashOf(dataset)
    expect(hashOf(dataset, 'name=x', 'description=y')).toBe(own)
    expect(hashOf({ ...dataset, sha256: 'other' })).not.toBe(own)
    for (const setting of ['seed=1', 'select.k=3', 'evaluate.unit=block'])
      expect(hashOf(dataset, setting)).not.toBe(own)
  })
})

describe('settingsOf', () => {
  it('leaves out what results do not depend on', () => {
    const text = (...settings: string[]): string =>
      JSON.stringify(settingsOf(tinyPipeline(...settings)))
    expect(text('name=x', 'description=y', 'evaluate.permutations=9')).toBe(text())
    for (const setting of ['seed=1', 'engine=cpu', 'select.k=3', 'clean.mask=all'])
      expect(text(setting)).not.toBe(text())
  })
})

describe('the manifest', () => {
  it('is read as it was written, one task a line', async () => {
    const tasks = planTasks(tinyPipeline('evaluate.permutations=2'), dataset)
    await writeManifest(dir, tasks)
    expect(await readManifest(dir)).toEqual(tasks)
  })

  it('is refused when it is not there, or when a line is none', async () => {
    const missing = { code: 'RUN_NOT_FOUND', details: { file: 'manifest.ndjson' } }
    await expect(readManifest(join(dir, 'nowhere'))).rejects.toMatchObject(missing)
    appendFileSync(join(dir, 'manifest.ndjson'), '{"id": 1}\n')
    await expect(readManifest(dir)).rejects.toMatchObject(missing)
  })
})

describe('planTasks for one single split', () => {
  it('has one fold over everybody', () => {
    const pipeline = tinyPipeline()
    const split = { ...pipeline, evaluate: { ...pipeline.evaluate, split: 'volumes' as const } }
    expect(planTasks(split, dataset).map(({ fold }) => fold)).toEqual(['all'])
  })
})
