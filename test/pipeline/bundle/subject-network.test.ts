import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import { calibrateSubject, runFeatures } from '../../../src/evaluate/protocol/calibration.ts'
import { takeSamples } from '../../../src/evaluate/protocol/samples.ts'
import { openCalibrationRuns, readBundle, type Bundle } from '../../../src/pipeline/bundle/read-bundle.ts' // prettier-ignore
import { openSubjectNetwork } from '../../../src/pipeline/bundle/subject-network.ts'
import { classifierOf } from '../../../src/train/classifiers.ts'
import { gatherWeights } from '../../../src/train/fine-tune/last-weights.ts'
import { temporaryFolder, writeDataset } from '../_dataset.ts'
import { train } from './_trained.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
let bundle: Bundle
beforeAll(async () => {
  await writeDataset(bids, { runs: 2 })
  const settings = ['model=cnn1d', 'options={epochs: 2, batchSize: 16}']
  const rotating = [
    'data.calibration={kind: rotate}',
    'align.match=condition',
    'align.components=4',
  ]
  await train(bids, dir, ...rotating, ...settings.map((setting) => `classify.${setting}`))
  bundle = await readBundle(join(dir, 'bundle'))
})
afterAll(remove)

it('gives the labelled volumes of several runs, whose scores are those of the decoder', async () => {
  const opened = await openCalibrationRuns(bundle, bids, '03', join(dir, 'cache'), silent)
  const { context, population, data } = opened
  const runs = opened.runs.filter(({ labels }) => labels.some((label) => label >= 0))
  expect(runs).toHaveLength(2)
  const calibration = await calibrateSubject(context, population, data, opened.runs)
  const network = await openSubjectNetwork(bundle, opened)
  const { layers, problem } = await network.takeApart(calibration, runs)
  network.dispose()
  const { inputs, rest } = problem
  expect(problem.temperature).toBe(bundle.temperature)
  expect([inputs.nRows, rest.nRows]).toEqual([problem.labels.length, problem.labels.length])
  const weights = gatherWeights(bundle.classifier, layers)
  let row = 0
  for (const run of runs) {
    const samples = takeSamples(run, await runFeatures(context, calibration, run), 'volume')
    const scores = await classifierOf('cnn1d').score(bundle.classifier, samples.features, context)
    for (let i = 0; i < samples.labels.length; i++, row++) {
      expect(problem.labels[row]).toBe(samples.labels[i])
      for (let c = 0; c < rest.nCols; c++) {
        let score = rest.data[row * rest.nCols + c]!
        for (let k = 0; k < inputs.nCols; k++)
          score += inputs.data[row * inputs.nCols + k]! * weights[k * rest.nCols + c]!
        expect(score).toBeCloseTo(scores.data[i * rest.nCols + c]!, 3)
      }
    }
  }
  expect(row).toBe(problem.labels.length)
})
