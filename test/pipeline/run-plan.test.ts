import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { DatasetRecord } from '../../src/pipeline/dataset.ts'
import { cacheDirOf, readPlan, writePlan } from '../../src/pipeline/run-plan.ts'
import { temporaryFolder, tinyPipeline } from './_dataset.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

const dataset = {
  ...{ name: 'd', root: 'bids', classes: ['a', 'b'], sha256: 'h', trSeconds: 2, findings: [] },
  subjects: [{ subject: '01', runs: [{ labels: Int32Array.of(-1, 0, 1) }] }],
} as unknown as DatasetRecord

it('a plan is read as it was written, typed arrays and all, from wherever the folder lies', async () => {
  await writePlan({ run: dir, pipeline: tinyPipeline(), dataset })
  expect(await readPlan(dir)).toEqual({ run: dir, pipeline: tinyPipeline(), dataset })
})

it('a folder without a plan is no run', async () => {
  const empty = join(dir, 'empty')
  mkdirSync(empty)
  await expect(readPlan(empty)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
})

it('stages are remembered inside the run directory', () => {
  expect(cacheDirOf('run')).toBe(join('run', 'cache'))
})
