import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import type { Calibration } from '../../../src/evaluate/protocol/calibration.ts'
import { openOnnxSession } from '../../../src/engine/onnx/index.ts'
import { calibrateBundle } from '../../../src/pipeline/bundle/calibrate-bundle.ts'
import { exportNetwork } from '../../../src/pipeline/bundle/export-network.ts'
import { fineTuneSubject } from '../../../src/pipeline/bundle/fine-tune-subject.ts'
import { predictImage } from '../../../src/pipeline/bundle/predict-image.ts'
import {
  openCalibrationRuns,
  readBundle,
  readCalibration,
  type Bundle,
} from '../../../src/pipeline/bundle/read-bundle.ts'
import { openOnce } from '../../../src/pipeline/fold-task.ts'
import { replaySession } from '../../../src/realtime/replay.ts'
import { openInProcessDecoder } from '../../../src/realtime/decode/in-process-decoder.ts'
import { startSession } from '../../../src/realtime/session.ts'
import { withFineTuned } from '../../../src/train/fine-tune/last-weights.ts'
import type { WeightArray } from '../../../src/train/network/weights.ts'
import { listen, readRun, scriptedSource } from '../../realtime/_session.ts'
import { emotionRun, temporaryFolder, writeDataset } from '../_dataset.ts'
import { train } from './_trained.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)
const bids = join(dir, 'bids')
/** Every emotion run but the scored one calibrates, so that calibration runs have labels. */
const rotating = ['data.calibration={kind: rotate}', 'align.match=condition']
const options = { learningRate: 0.01, epochs: undefined }
const tune = { subject: '03', threshold: 0.5, emit: silent, fineTune: options }

const models = [
  ['cnn1d', ['branch'], ['options={epochs: 3, batchSize: 16}'], rotating],
  ['resnet3d', ['logits', 'member2_logits'], ['options={epochs: 1, batchSize: 16, members: 2}'], [...rotating, 'select.mode=all', 'align.method=none']], // prettier-ignore
] as const

const bundles = new Map<string, Bundle>()
beforeAll(async () => {
  await writeDataset(bids, { runs: 3 })
  for (const [model, , settings, rest] of models) {
    const own = [`model=${model}`, ...settings].map((setting) => `classify.${setting}`)
    await train(bids, join(dir, model), ...rest, ...own)
    bundles.set(model, await readBundle(join(dir, model, 'bundle')))
  }
}, 60_000)

const weightsOf = (classifier: object): readonly WeightArray[] =>
  (classifier as { weights: readonly WeightArray[] }).weights

describe.each(models)('fine-tuning a %s', (model, layers) => {
  const out = join(dir, `tuned-${model}`)
  it('lowers the loss of the calibration runs and touches the last layers only', async () => {
    const bundle = bundles.get(model)!
    const manifest = await calibrateBundle({ bundle, bids, out, ...tune })
    const { fineTuning, gate } = manifest.calibrated![0]!
    const runs = [1, 2, 3].map((run) => `sub-03/task-emotion/run-${run}`)
    expect(fineTuning).toMatchObject({ layers, runs, chosenBy: 'left-out runs', learningRate: 0.01 }) // prettier-ignore
    expect(fineTuning!.epochs).toBeGreaterThan(0)
    expect(fineTuning!.loss.after).toBeLessThan(fineTuning!.loss.before)
    expect(fineTuning!.leftOutLoss!.after).toBeLessThan(fineTuning!.leftOutLoss!.before)
    expect(gate!.nRuns).toBe(runs.length)
    const read = await readBundle(out)
    expect(read.manifest.files['decoder.state']).toBe(bundle.manifest.files['decoder.state'])
    const { fineTuned } = await readCalibration(read, '03')
    expect(fineTuned!.fittedOn).toEqual(runs)
    const [before, after] = [bundle.classifier, withFineTuned(bundle.classifier, fineTuned)].map(weightsOf) // prettier-ignore
    const changed = before!.filter((weight, i) => !sameBytes(weight.data, after![i]!.data))
    expect(changed.map(({ name }) => name).sort()).toEqual(
      layers.flatMap((layer) => [`${layer}/kernel`, `${layer}/bias`]).sort(),
    )
    expect((await readCalibration(read, '01')).fineTuned).toBeUndefined()
  }, 60_000)

  it('gives the same layers again', async () => {
    const bundle = bundles.get(model)!
    const opened = await openCalibrationRuns(bundle, bids, '03', join(dir, 'cache'), silent)
    const again = await fineTuneSubject(bundle, opened, opened.runs, options)
    const { fineTuned } = await readCalibration(await readBundle(out), '03')
    expect(again.state).toEqual(fineTuned)
  }, 60_000)

  it('is what predict, a session, its replay and an exported network decode with', async () => {
    const bundle = await readBundle(out)
    const calibration = await readCalibration(bundle, '03')
    const image = emotionRun(bids, '03', 'bold.nii.gz')
    const [offline, plain]: Float64Array[][] = [[], []]
    for await (const { probabilities } of predictImage(bundle, calibration, image))
      offline!.push(probabilities)
    for await (const { probabilities } of predictImage(bundle, untuned(calibration), image))
      plain!.push(probabilities)
    expect(offline).not.toEqual(plain)
    const heard = listen()
    const sessionDir = join(dir, `session-${model}`)
    const session = await startSession({
      ...{ bundle, calibration, dir: sessionDir, onEvent: heard.onEvent },
      source: scriptedSource((await readRun(bundle, image)).slice(0, 20)),
      policy: { maxBacklog: 100, force: true },
      openDecoder: openInProcessDecoder,
    })
    await session.done
    const live = heard.of('feedback').map(({ feedback }) => Object.values(feedback.probabilities!))
    expect(live).toEqual(offline!.slice(0, 20).map((row) => [...row]))
    const replayed = await replaySession({ dir: sessionDir, bundle, timing: 'fast' })
    expect(replayed.nDecoded).toBe(20)
    const openEngine = openOnce('cpu')
    const [own, common] = [await exportNetwork(bundle, openEngine, calibration), await exportNetwork(bundle, openEngine)] // prettier-ignore
    const size = own.inputShape.reduce((product, n) => product * n, 1)
    const scores = [own, common].map(({ bytes }) => {
      const onnx = openOnnxSession(bytes)
      const found = onnx.run(Float32Array.from({ length: size }, (_, i) => Math.sin(i)))
      onnx.dispose()
      return [...found]
    })
    expect(scores[0]).not.toEqual(scores[1])
  }, 60_000)
})

describe('the number of epochs', () => {
  /** The first of the runs with labels. */
  const runsOf = async (n: number) => {
    const bundle = bundles.get('cnn1d')!
    const opened = await openCalibrationRuns(bundle, bids, '03', join(dir, 'cache'), silent)
    const runs = opened.runs.filter(({ labels }) => labels.some((label) => label >= 0)).slice(0, n)
    return { bundle, opened, runs }
  }

  it('is the default where no run can be left out, and the one that is asked for', async () => {
    const { bundle, opened, runs } = await runsOf(1)
    const { record } = await fineTuneSubject(bundle, opened, runs, options)
    expect(record).toMatchObject({ chosenBy: 'default', epochs: 20, leftOutLoss: null })
    const asked = await fineTuneSubject(bundle, opened, runs, { ...options, epochs: 3 })
    expect(asked.record).toMatchObject({ chosenBy: 'user', epochs: 3, leftOutLoss: null })
  })

  it('is 0, and nothing changes, where learning does not carry over', async () => {
    const { bundle, opened, runs } = await runsOf(2)
    // What is true of one run is wrong of the other.
    const turned = runs.map((run, i) => ({ ...run, labels: run.labels.map((label) => (label < 0 ? label : (label + 1 + i) % 3)) })) // prettier-ignore
    const own = { ...opened, runs: turned, data: { ...opened.data, runs: turned } }
    const { state, record } = await fineTuneSubject(bundle, own, turned, { ...options, learningRate: 0.1 }) // prettier-ignore
    expect(record).toMatchObject({ epochs: 0, chosenBy: 'left-out runs' })
    expect(record.loss.after).toBe(record.loss.before)
    const byName = new Map(weightsOf(bundle.classifier).map((weight) => [weight.name, weight.data]))
    for (const { name, data } of state.weights) expect(data).toEqual(byName.get(name))
  })
})

describe('fine-tuning is refused', () => {
  it('where the decoder is no network', async () => {
    await train(bids, join(dir, 'linear'), ...rotating)
    const bundle = await readBundle(join(dir, 'linear', 'bundle'))
    await expect(
      calibrateBundle({ bundle, bids, out: join(dir, 'no'), ...tune }),
    ).rejects.toMatchObject({
      code: 'FINE_TUNE_WITHOUT_NETWORK',
      message: expect.stringMatching(/cnn1d, resnet3d.*lda/s) as string,
    })
  })

  it('where the calibration runs do not show every class', async () => {
    const bundle = bundles.get('cnn1d')!
    const opened = await openCalibrationRuns(bundle, bids, '03', join(dir, 'cache'), silent)
    const runs = opened.runs.map((run) => ({ ...run, labels: run.labels.map((label) => (label === 1 ? -1 : label)) })) // prettier-ignore
    await expect(fineTuneSubject(bundle, opened, runs, options)).rejects.toMatchObject({
      code: 'FINE_TUNE_LABELS_MISSING',
      message: expect.stringContaining('no volume of neutral') as string,
    })
  })
})

function untuned(calibration: Calibration): Calibration {
  const { subject, variant, selection, scaler, mapper } = calibration
  return { subject, variant, selection, scaler, mapper }
}

function sameBytes(a: Float32Array, b: Float32Array): boolean {
  const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength) // prettier-ignore
  return bytesOf(a).equals(bytesOf(b))
}
