import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DatasetRecord } from '../../src/pipeline/dataset.ts'
import { packageDir } from '../../src/pipeline/package-dir.ts'
import {
  describeData,
  describeEngine,
  limbicVersion,
  readOracle,
} from '../../src/pipeline/provenance.ts'
import type { RunRecord } from '../../src/pipeline/run-record.ts'
import { tinyPipeline } from './_dataset.ts'

it('limbicVersion is the version of package.json', () => {
  const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as {
    version: string
  }
  expect(limbicVersion()).toBe(version)
  expect(version).toMatch(/^\d+\.\d+\.\d+/)
})

describe('describeData', () => {
  it('counts runs and volumes; a film has nothing that could be dropped', () => {
    const runs = [makeRun([-1, -1, -1]), makeRun([0, -1, 1, 1])]
    expect(describeData(makeDataset(runs, runs.slice(1)))).toEqual({
      dataset: 'Made up',
      subjects: ['01', '02'],
      nRuns: 3,
      nVolumes: 11,
      nLabelledVolumes: 6,
      nDroppedVolumes: 2,
      trSeconds: 2,
    })
  })
})

describe('describeEngine', () => {
  it('says that linear models need none', async () => {
    const pipeline = tinyPipeline('classify.baselines=[ridge]')
    expect(await describeEngine(pipeline)).toBe('none (linear models)')
  })

  it('describes the engine of a network, also of one that is a baseline', async () => {
    const pipeline = tinyPipeline('classify.baselines=[cnn1d]', 'engine=cpu')
    const description = await describeEngine(pipeline)
    expect(description).toMatch(/cpu/i)
    expect(await describeEngine(tinyPipeline('classify.model=cnn1d', 'engine=cpu'))).toBe(
      description,
    )
  })
})

describe('readOracle', () => {
  it('finds the known truth of simulated data, and none in measured data', async () => {
    const bids = mkdtempSync(join(tmpdir(), 'limbic-oracle-'))
    const classes = ['negative', 'neutral', 'rest']
    expect(await readOracle(bids, classes)).toBeNull()
    mkdirSync(join(bids, 'derivatives', 'ground-truth'), { recursive: true })
    const file = join(bids, 'derivatives', 'ground-truth', 'oracle.json')
    writeFileSync(file, JSON.stringify({ accuracy: 0.91, balancedAccuracy: 0.9, classes }))
    expect(await readOracle(bids, ['rest', 'negative', 'neutral'])).toEqual({
      accuracy: 0.91,
      source: 'derivatives/ground-truth/oracle.json',
    })
    expect(await readOracle(bids, ['negative', 'neutral'])).toBeNull()
    expect(await readOracle(bids, ['rest', 'positive', 'neutral'])).toBeNull()
    rmSync(bids, { recursive: true })
  })
})

function makeRun(labels: readonly number[]): RunRecord {
  return { labels: Int32Array.from(labels), nVolumes: labels.length } as RunRecord
}

function makeDataset(...runsOf: readonly RunRecord[][]): DatasetRecord {
  const subjects = runsOf.map((runs, i) => ({ subject: `0${i + 1}`, runs }))
  return { name: 'Made up', subjects, trSeconds: 2 } as unknown as DatasetRecord
}
