/** Labelled volumes -> trained networks, one after the other, each from random numbers of its own; weights as plain numbers. */
import { memberPrefix, resnet3d, type VolumeTraining } from '../../../models/index.ts'
import type { Rng } from '../../core/rng.ts'
import type { EpochRecord, VolumeFitContext } from '../classifier.ts'
import { fingerprintTraining } from '../network/fingerprint.ts'
import { createSwitchedSource } from '../network/switched-source.ts'
import { trainNetwork } from '../network/train-network.ts'
import { openRecords, type TrainingRecords } from '../network/training-records.ts'
import { readWeights, type WeightArray } from '../network/weights.ts'
import type { ResolvedResnet3d } from './resnet3d-options.ts'
import { createVolumeFeed, createVolumeValidation } from './volume-feed.ts'
import type { VolumeSamples } from './volume-samples.ts'

/** What training gives. */
export interface TrainedMembers {
  /** Means over the networks. */
  readonly epochs: readonly EpochRecord[]
  /** One network after the other; names begin with `memberPrefix`. */
  readonly weights: readonly WeightArray[]
}

/**
 * Trains the networks of a 3D ResNet.
 *
 * @param samples - Training runs on one grid.
 * @param resolved - Preset and settings.
 * @param context - As `fitResnet3dVolumes`.
 * @returns Records and weights.
 * @throws {LimbicError} What reading the runs throws; `RUN_PAUSED`, `TRAIN_DIVERGED`.
 * @remarks Checkpoints of networks that are done stay until the last one is.
 */
export async function trainMembers(
  samples: VolumeSamples,
  resolved: ResolvedResnet3d,
  context: VolumeFitContext,
): Promise<TrainedMembers> {
  const { members } = resolved.training
  const done: { epochs: readonly EpochRecord[]; weights: readonly WeightArray[] }[] = []
  const removals: (() => Promise<void>)[] = []
  for (let member = 0; member < members; member++) {
    const rng = member === 0 ? context.rng : context.rng.fork(`member ${member + 1}`)
    const stage = members === 1 ? 'train resnet3d' : `train resnet3d ${member + 1}/${members}`
    const records = openMemberRecords(samples, resolved, context, rng)
    removals.push(async () => records.checkpoints?.remove())
    done.push(await trainMember(samples, resolved, { ...context, rng }, stage, keepDone(records)))
  }
  for (const remove of removals) await remove()
  return {
    epochs: meanRecords(done.map(({ epochs }) => epochs)),
    weights: done.flatMap(({ weights }, member) =>
      weights.map((weight) => ({ ...weight, name: memberPrefix(member) + weight.name })),
    ),
  }
}

async function trainMember(
  samples: VolumeSamples,
  { preset, depth, training, maxMinutes, bufferBytes }: ResolvedResnet3d,
  { rng, validation, openEngine, emit }: VolumeFitContext,
  stage: string,
  records: TrainingRecords,
): Promise<{ epochs: readonly EpochRecord[]; weights: readonly WeightArray[] }> {
  const { grid, nClasses } = samples
  const dropout = createSwitchedSource(rng.fork('dropout'))
  const engine = await openEngine()
  const model = resnet3d(engine.tf, {
    preset,
    depth,
    shape: grid.shape,
    nClasses,
    seed: rng.fork('weights').integer(2 ** 31),
    output: 'logits',
    dropoutSource: dropout,
    fused: engine.fused,
  })
  try {
    const epochs = await trainNetwork({
      engine,
      model,
      sampleShape: [...grid.shape, 1],
      samples: createVolumeFeed(samples, training, rng.fork('pool'), bufferBytes),
      nClasses,
      validation: validation && createVolumeValidation(validation, training),
      training,
      rng,
      onEpochStream: dropout.switchTo,
      emit,
      stage,
      unit: 'volumes',
      l2: (name) => l2Of(training, name),
      maxMinutes: maxMinutes && maxMinutes / training.members,
      ...records,
    })
    return { epochs, weights: await readWeights(model) }
  } finally {
    model.dispose()
  }
}

function openMemberRecords(
  samples: VolumeSamples,
  { preset, depth, training, bufferBytes }: ResolvedResnet3d,
  context: VolumeFitContext,
  rng: Rng,
): TrainingRecords {
  const described = describe(samples, context.validation)
  const settings = { preset, depth, ...training, bufferBytes, ...described }
  return openRecords(context, 'resnet3d', fingerprintTraining([samples.grid.voxels], settings, rng))
}

/** The same records, with a checkpoint that outlives its training. */
function keepDone({ checkpoints, ...others }: TrainingRecords): TrainingRecords {
  if (checkpoints === undefined) return others
  return { ...others, checkpoints: { ...checkpoints, remove: () => Promise.resolve() } }
}

/** What tells these samples from others, without reading them. */
function describe(samples: VolumeSamples, validation: VolumeSamples | undefined): object {
  const of = ({ runs }: VolumeSamples): unknown =>
    runs.map(({ key, version, labels }) => [key, version, [...labels]])
  return { shape: samples.grid.shape, runs: of(samples), validation: validation && of(validation) }
}

function l2Of({ l2, shortcutL2 }: VolumeTraining, name: string): number {
  if (!/\/kernel(_\d+)?$/.test(name)) return 0
  return /shortcut\/kernel/.test(name) ? shortcutL2 : l2
}

/** Epoch by epoch, over the networks that got that far. */
function meanRecords(runs: readonly (readonly EpochRecord[])[]): EpochRecord[] {
  const nEpochs = Math.max(...runs.map((records) => records.length))
  return Array.from({ length: nEpochs }, (_, epoch) => {
    const records = runs.flatMap((run) => run[epoch] ?? [])
    const mean = (value: (record: EpochRecord) => number): number =>
      records.reduce((sum, record) => sum + value(record), 0) / records.length
    const means = { epoch, loss: mean((r) => r.loss), accuracy: mean((r) => r.accuracy) }
    if (records.some(({ validationLoss }) => validationLoss === undefined)) return means
    return {
      ...means,
      validationLoss: mean((r) => r.validationLoss!),
      validationAccuracy: mean((r) => r.validationAccuracy!),
    }
  })
}
