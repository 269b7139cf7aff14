/** Labelled samples -> a trained tf.LayersModel: epochs of seeded batches, a learning-rate schedule, validation and checkpoints. */
import { setImmediate as nextTick } from 'node:timers/promises'
import type { Batch } from './batches.ts'
import type { CheckpointStore } from './checkpoint.ts'
import type { ResolvedTraining } from './cnn1d-options.ts'
import { createEpochReporter } from './epoch-reporter.ts'
import {
  createArrayFeed,
  createArrayValidation,
  type LabelledFeatures,
  type SampleFeed,
  type ValidationFeed,
} from './feed.ts'
import { concatenate, forward } from './forward.ts'
import { warmUpCosine } from './learning-rate.ts'
import { readSlots, writeSlots } from './optimizer-slots.ts'
import { addEpoch, isFinished, startProgress, validate, type TrainingProgress } from './progress.ts'
import { sumCrossEntropy } from './targets.ts'
import type { EpochPace, TrainingLog } from './training-log.ts'
import { trainableVariables, trainStep, weightPenalty, type StepContext } from './train-step.ts'
import { readWeights, writeWeights } from './weights.ts'
import type { UniformSource } from '../../../models/blocks.ts'
import { LimbicError } from '../../core/errors/index.ts'
import type { Emit } from '../../core/events.ts'
import type { Rng } from '../../core/rng.ts'
import type { Engine } from '../../engine/index.ts'
import type { EpochRecord } from '../classifier.ts'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'

export type { LabelledFeatures } from './feed.ts'

/** One training run. */
export interface NetworkTask {
  readonly engine: Engine
  /** Model with scores (logits) as its output; it is trained in place. */
  readonly model: LayersModel
  /** Shape of one sample, without the batch axis. */
  readonly sampleShape: readonly number[]
  /** In memory, or fed batch by batch. */
  readonly samples: LabelledFeatures | SampleFeed
  readonly nClasses: number
  readonly validation?: LabelledFeatures | ValidationFeed | undefined
  readonly training: ResolvedTraining
  readonly rng: Rng
  /** Told of the random stream of every epoch, for the masks of dropout layers. */
  readonly onEpochStream: (stream: UniformSource) => void
  readonly emit: Emit
  readonly stage: string
  readonly checkpoints?: CheckpointStore | undefined
  /** Strength of a penalty on the squares of a variable, by its name; default: none. */
  readonly l2?: ((variableName: string) => number) | undefined
  /** What a sample is called in progress; default `samples`. */
  readonly unit?: string
  /** Training ends after the epoch in which this time is over, the first one at the earliest. Results then depend on the machine's speed. */
  readonly maxMinutes?: number | undefined
  /** As `Date.now()`: training pauses after the epoch in which this time comes. Only with checkpoints, from which it goes on. */
  readonly deadline?: number | undefined
  readonly log?: TrainingLog | undefined
}

/**
 * Trains a network.
 *
 * @param task - Model, samples, settings and seed. Every epoch draws from its own stream of the seed, so that a resumed run repeats an
 *   uninterrupted one.
 * @returns One record per epoch. The model holds the final weights, or those of the best epoch where the settings keep them.
 * @throws {LimbicError} `SHAPE_MISMATCH` when a checkpoint does not fit the model; `RUN_PAUSED` at the deadline, its checkpoint saved;
 *   `TRAIN_DIVERGED` when the loss is no number any more.
 * @see Kingma and Ba (2015), Adam; Loshchilov and Hutter (2019), Decoupled weight decay regularization.
 */
export async function trainNetwork(task: NetworkTask): Promise<readonly EpochRecord[]> {
  const { engine, model, training, emit, stage } = task
  const started = performance.now()
  const run = prepareRun(task)
  run.reporter.start()
  try {
    let progress = await resume(task, run)
    await task.log?.start(progress.records.length)
    const nBefore = progress.records.length
    while (
      !isFinished(progress, training) &&
      (progress.records.length === nBefore || !isOverTime(task, started, progress))
    ) {
      const { record, pace } = await trainEpoch(task, run, progress)
      run.reporter.endEpoch(record, pace)
      await task.log?.add(record, pace)
      progress = await addEpoch(progress, record, training, () => readWeights(model))
      await keep(task, run, progress)
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
  readonly feed: SampleFeed
  readonly validation: ValidationFeed | undefined
  readonly reporter: ReturnType<typeof createEpochReporter>
}

function prepareRun(task: NetworkTask): Run {
  const { engine, model, training, samples, validation } = task
  const { all, dense } = trainableVariables(model)
  const feed =
    'features' in samples
      ? createArrayFeed(samples, task.nClasses, training, task.rng.fork('pool'))
      : samples
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
    l2: task.l2 ?? (() => 0),
    sampleShape: task.sampleShape,
    feed,
    reporter: createEpochReporter(task, training.epochs, feed.samplesPerEpoch),
    validation:
      validation !== undefined && 'features' in validation
        ? createArrayValidation(validation)
        : validation,
  }
}

function isOverTime(task: NetworkTask, started: number, { records }: TrainingProgress): boolean {
  const { maxMinutes, stage, training } = task
  if (maxMinutes === undefined || performance.now() - started < 60_000 * maxMinutes) return false
  const message = `${stage}: ${maxMinutes} minutes are over after epoch ${records.length} of ${training.epochs}`
  task.emit({ type: 'note', message })
  return true
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

/** Saves a checkpoint where one is due, and pauses at the deadline. */
async function keep(task: NetworkTask, run: Run, progress: TrainingProgress): Promise<void> {
  const { checkpoints, training, deadline, stage } = task
  if (checkpoints === undefined) return
  const epoch = progress.records.length
  const isLate = deadline !== undefined && Date.now() >= deadline && !isFinished(progress, training)
  if (!isLate && epoch % training.checkpointEvery !== 0) return
  await checkpoints.save({
    progress,
    weights: await readWeights(task.model),
    slots: await readSlots(run.tf, run.optimizer, run.variables),
  })
  if (isLate)
    throw new LimbicError('RUN_PAUSED', { at: `${stage}: epoch ${epoch} of ${training.epochs}` })
}

async function trainEpoch(
  task: NetworkTask,
  run: Run,
  progress: TrainingProgress,
): Promise<{ readonly record: EpochRecord; readonly pace: EpochPace }> {
  const { training } = task
  const started = performance.now()
  const epoch = progress.records.length
  const stream = task.rng.fork(`epoch ${epoch}`)
  task.onEpochStream(stream.fork('dropout'))
  const steps: {
    readonly batch: Pick<Batch, 'targets' | 'labels' | 'nRows'>
    readonly scores: Tensor
  }[] = []
  const report = run.reporter.startEpoch(epoch)
  for await (const batch of run.feed.epoch(stream)) {
    run.optimizer.learningRate = rateOf(training, progress, run, steps.length)
    const scores = trainStep(run, batch)
    // The features are not kept: an epoch of volumes would not fit into memory.
    const { targets, labels, nRows } = batch
    steps.push({ batch: { targets, labels, nRows }, scores })
    report(nRows)
    // Lets timers, signals and sockets have their turn between steps.
    await nextTick()
  }
  const penalty = await weightPenalty(run)
  const trained = await sumSteps(steps)
  const loss = trained.loss / run.feed.samplesPerEpoch + penalty
  if (!Number.isFinite(loss))
    throw new LimbicError('TRAIN_DIVERGED', { stage: task.stage, epoch: epoch + 1, loss })
  const trainedMs = Math.max(1e-3, performance.now() - started)
  const record = {
    ...{ epoch, loss, accuracy: trained.nHits / run.feed.samplesPerEpoch },
    ...(run.validation && (await validateModel(task, run, run.validation, penalty))),
  }
  const { learningRate } = run.optimizer
  const samplesPerSecond = (1000 * run.feed.samplesPerEpoch) / trainedMs
  const seconds = (performance.now() - started) / 1000
  return { record, pace: { learningRate, samplesPerSecond, seconds } }
}

async function validateModel(
  task: NetworkTask,
  run: Run,
  feed: ValidationFeed,
  penalty: number,
): Promise<Pick<EpochRecord, 'validationLoss' | 'validationAccuracy'>> {
  const logits: Float32Array[] = []
  for await (const chunk of feed.chunks())
    logits.push(await forward(run.tf, task.model, chunk, task.sampleShape))
  const { loss, accuracy } = validate(concatenate(logits), feed.labels, task.nClasses)
  return { validationLoss: loss + penalty, validationAccuracy: accuracy }
}

function rateOf(
  training: ResolvedTraining,
  progress: TrainingProgress,
  run: Run,
  stepInEpoch: number,
): number {
  if (training.schedule === 'plateau') return progress.plateau.learningRate
  const perEpoch = run.feed.stepsPerEpoch
  const step = progress.records.length * perEpoch + stepInEpoch
  const factor = warmUpCosine(step, training.epochs * perEpoch, training.warmUpEpochs * perEpoch)
  return training.learningRate * factor
}

async function sumSteps(
  steps: readonly {
    readonly batch: Pick<Batch, 'targets' | 'labels' | 'nRows'>
    readonly scores: Tensor
  }[],
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
