/** Epochs of a training run -> a CSV file that grows while training goes on, one row per epoch. */
import { existsSync } from 'node:fs'
import { appendFile, readFile } from 'node:fs/promises'
import { writeFileAtomic } from '../../io/artifacts.ts'
import type { EpochRecord } from '../classifier.ts'

/** What a row tells besides the record of the epoch. */
export interface EpochPace {
  /** Of the last step of the epoch. */
  readonly learningRate: number
  /** Samples (volumes, for a network on volumes) per second of training; validation not counted. */
  readonly samplesPerSecond: number
  /** From the start of the epoch to the end of its validation. */
  readonly seconds: number
}

/** The log of one training run. */
export interface TrainingLog {
  /** Keeps the rows of epochs that training resumes after; with 0, the log is new. */
  start(nEpochsDone: number): Promise<void>
  add(record: EpochRecord, pace: EpochPace): Promise<void>
}

const header = 'epoch,loss,acc,val_loss,val_acc,lr,volumes_per_second,seconds'

/**
 * The log of a training run.
 *
 * @param file - CSV file; its folder is made when it is missing.
 * @returns The log. Epochs count from 1; cells without a value are empty.
 * @throws Never; its functions throw the error of the file system.
 */
export function openTrainingLog(file: string): TrainingLog {
  return {
    async start(nEpochsDone) {
      const before = existsSync(file) ? (await readFile(file, 'utf8')).split('\n') : []
      const kept = before.slice(1, 1 + nEpochsDone).filter((row) => row !== '')
      await writeFileAtomic(file, [header, ...kept, ''].join('\n'))
    },
    add: (record, pace) => appendFile(file, `${formatRow(record, pace)}\n`),
  }
}

function formatRow(record: EpochRecord, pace: EpochPace): string {
  const { epoch, loss, accuracy, validationLoss, validationAccuracy } = record
  const { learningRate, samplesPerSecond, seconds } = pace
  const cells = [loss, accuracy, validationLoss, validationAccuracy, learningRate].map((value) =>
    value === undefined ? '' : String(Number(value.toPrecision(7))),
  )
  return [epoch + 1, ...cells, samplesPerSecond.toFixed(1), seconds.toFixed(2)].join(',')
}
