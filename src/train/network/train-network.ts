/** Labelled samples -> a trained tf.LayersModel: epochs of seeded batches, a learning-rate schedule, validation and checkpoints. */
import { setImmediate as nextTick } from 'node:timers/promises'
import { createBatchSource, batchBounds, gatherBatch, type Batch } from './batches.ts'
import type { CheckpointStore } from './checkpoint.ts'
import type { ResolvedTraining } from './cnn1d-options.ts'
import { forward } from './forward.ts'
import { warmUpCosine } from './learning-rate.ts'
import { readSlots, writeSlots } from './optimizer-slots.ts'
import { addEpoch, isFinished, startProgress, validate, type TrainingProgress } from './progress.ts'
import { sumCrossEntropy } from './targets.ts'
import { l1Penalty, trainableVariables, trainStep, type StepContext } from './train-step.ts'
import { readWeights, writeWeights } from './weights.ts'
import type { UniformSource } from '../../../models/blocks.ts'
import type { Emit } from '../../core/events.ts'
import type { Rng } from '../../core/rng.ts'
import type { Engine } from '../../engine/index.ts'
import type { EpochRecord } from '../classifier.ts'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'

/** Samples `[nSamples x nFeatures]` with a class index each. */
export interface LabelledFeatures {
  readonly features: Float32Array
  readonly labels: Int32Array
}

/** One training run. */
export interface NetworkTask {
  readonly engine: Engine
  /** Model with scores (logits) as its output; it is trained in place. */
  readonly model: LayersModel
  /** Shape of one sample, without the batch axis. */
  readonly sampleShape: readonly number[]
  readonly samples: LabelledFeatures
  readonly nClasses: number
  readonly validation?: LabelledFeatures | undefined
  readonly training: ResolvedTraining
  readonly rng: Rng
  /** Told of the random stream of every epoch, for the masks of dropout layers. */
  readonly onEpochStream: (stream: UniformSource) => void
  readonly emit: Emit
  readonly stage: string
  readonly checkpoints?: CheckpointStore | undefined
}

/**
 * Trains a network.
 *
 * @param task - Model, samples, settings and seed. Every epoch draws from its own stream of the seed, so that a resumed run repeats an
 *   uninterrupted one.
 * @returns One record per epoch. The model holds the final weights, or those of the best epoch where the settings keep them.
 * @throws {LimbicError} `SHAPE_MISMATCH` when a checkpoint does not fit the model.
 * @see Kingma and Ba (2015), Adam; Loshchilov and Hutter (2019), Decoupled weight decay regularization.
 */
export async function trainNetwork(task: NetworkTask): Promise<readonly EpochRecord[]> {
  const { engine, model, training, emit, stage } = task
  const started = performance.now()
  const run = prepareRun(task)
  emit({ type: 'start', stage, total: training.epochs * run.samplesPerEpoch, unit: 'samples' })
  try {
    let progress = await resume(task, run)
    while (!isFinished(progress, training)) {
      const epochStarted = performance.now()
      const record = await trainEpoch(task, run, progress)
      reportEpoch(task, run, record, performance.now() - epochStarted)
      progress = await addEpoch(progress, record, training, () => readWeights(model))
      if (
        task.checkpoints !== undefined &&
        progress.records.length % training.checkpointEvery === 0
      )
        await saveCheckpoint(task.checkpoints, task, run, progress)
    }
    if (progress.best !== null) writeWeights(engine.tf, model, progress.best.weights)
    await task.checkpoints?.remove()
    emit({ type: 'done', stage, seconds: (performance.now() - started) / 1000 })
    return progress.records
  } finally {
    run.optimizer.dispose()
  }
}

/** What stays the same from epoch to epoch. */
interface Run extends StepContext {
  readonly optimizer: ReturnType<Engine['createAdam']>
  readonly source: ReturnType<typeof createBatchSource>
  readonly bounds: readonly (readonly [number, number])[]
  readonly samplesPerEpoch: number
}

function prepareRun(task: NetworkTask): Run {
  const { engine, model, training, samples } = task
  const { all, dense } = trainableVariables(model)
  const source = createBatchSource(samples, task.nClasses, training, task.rng.fork('pool'))
  const bounds = batchBounds(source.pool.length, training.batchSize, training.dropPartialBatch)
  return {
    tf: engine.tf,
    model,
    optimizer: engine.createAdam({
      learningRate: training.learningRate,
      weightDecay: training.weightDecay,
      // TensorFlow.js numbers variables of the same name: conv1/kernel, conv1/kernel_1, ...
      decays: (name) => /\/kernel(_\d+)?$/.test(name),
      l1: (name) => (dense.some((variable) => variable.name === name) ? training.l1 : 0),
    }),
    variables: all,
    penalised: dense,
    l1: training.l1,
    sampleShape: task.sampleShape,
    source,
    bounds,
    samplesPerEpoch: bounds.reduce((sum, [start, end]) => sum + end - start, 0),
  }
}

async function resume(task: NetworkTask, run: Run): Promise<TrainingProgress> {
  const checkpoint = await task.checkpoints?.load()
  if (checkpoint === undefined) return startProgress(task.training)
  writeWeights(run.tf, task.model, checkpoint.weights)
  await writeSlots(run.tf, run.optimizer, run.variables, checkpoint.slots)
  const nDone = checkpoint.progress.records.length
  task.emit({ type: 'note', message: `${task.stage}: resumed after epoch ${nDone}` })
  return checkpoint.progress
}

async function saveCheckpoint(
  checkpoints: CheckpointStore,
  task: NetworkTask,
  run: Run,
  progress: TrainingProgress,
): Promise<void> {
  const weights = await readWeights(task.model)
  await checkpoints.save({
    progress,
    weights,
    slots: await readSlots(run.tf, run.optimizer, run.variables),
  })
}

async function trainEpoch(
  task: NetworkTask,
  run: Run,
  progress: TrainingProgress,
): Promise<EpochRecord> {
  const { training } = task
  const epoch = progress.records.length
  const stream = task.rng.fork(`epoch ${epoch}`)
  task.onEpochStream(stream.fork('dropout'))
  const order = stream.fork('order').shuffle(run.source.pool.slice())
  const noise = stream.fork('noise')
  const steps: { readonly batch: Batch; readonly scores: Tensor }[] = []
  for (const [i, bounds] of run.bounds.entries()) {
    const batch = gatherBatch(run.source, order, bounds, training.inputNoise, noise)
    run.optimizer.learningRate = learningRate(training, progress, run, i)
    steps.push({ batch, scores: trainStep(run, batch) })
    // Lets timers, signals and sockets have their turn between steps.
    await nextTick()
  }
  const penalty = await l1Penalty(run)
  const trained = await sumSteps(steps)
  const record = {
    epoch,
    loss: trained.loss / run.samplesPerEpoch + penalty,
    accuracy: trained.nHits / run.samplesPerEpoch,
  }
  if (task.validation === undefined) return record
  const { features, labels } = task.validation
  const logits = await forward(run.tf, task.model, features, task.sampleShape)
  const { loss, accuracy } = validate(logits, labels, task.nClasses)
  return { ...record, validationLoss: loss + penalty, validationAccuracy: accuracy }
}

function learningRate(
  training: ResolvedTraining,
  progress: TrainingProgress,
  run: Run,
  stepInEpoch: number,
): number {
  if (training.schedule === 'plateau') return progress.plateau.learningRate
  const perEpoch = run.bounds.length
  const step = progress.records.length * perEpoch + stepInEpoch
  const factor = warmUpCosine(step, training.epochs * perEpoch, training.warmUpEpochs * perEpoch)
  return training.learningRate * factor
}

async function sumSteps(
  steps: readonly { readonly batch: Batch; readonly scores: Tensor }[],
): Promise<{ readonly loss: number; readonly nHits: number }> {
  let loss = 0
  let nHits = 0
  for (const { batch, scores } of steps) {
    const sums = sumCrossEntropy(await scores.data(), batch.targets, batch.labels)
    // The targets are divided by the rows of the batch.
    loss += sums.loss * batch.nRows
    nHits += sums.nHits
    scores.dispose()
  }
  return { loss, nHits }
}

function reportEpoch(task: NetworkTask, run: Run, record: EpochRecord, elapsedMs: number): void {
  const { epochs } = task.training
  const rate = Math.round((1000 * run.samplesPerEpoch) / Math.max(elapsedMs, 1e-3))
  const validation =
    record.validationAccuracy === undefined
      ? ''
      : `, validation accuracy ${record.validationAccuracy.toFixed(3)}`
  task.emit({
    type: 'progress',
    stage: task.stage,
    done: (record.epoch + 1) * run.samplesPerEpoch,
    total: epochs * run.samplesPerEpoch,
    unit: 'samples',
    detail: `epoch ${record.epoch + 1}/${epochs}, loss ${record.loss.toFixed(4)}${validation}, ${rate} samples/s`,
  })
}
