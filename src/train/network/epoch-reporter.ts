/** Steps and epochs of a training run -> events: how far it is, its losses, and how many samples it does in a second. */
import type { Emit } from '../../core/events.ts'
import type { EpochRecord } from '../classifier.ts'
import type { EpochPace } from './training-log.ts'

/** Who is told, and in what words. */
export interface Listener {
  readonly emit: Emit
  readonly stage: string
  /** What a sample is called; default `samples`. */
  readonly unit?: string
}

/** Tells how a training run goes. */
export interface EpochReporter {
  start(): void
  /** Gives the function that is to be told of the rows of every step. */
  startEpoch(epoch: number): (nRows: number) => void
  endEpoch(record: EpochRecord, pace: EpochPace): void
}

/**
 * Makes the reporter of a training run.
 *
 * @param listener - Who is told.
 * @param nEpochs - Epochs of the run.
 * @param samplesPerEpoch - Samples of each.
 * @returns The reporter. Long epochs are told of step by step, about once a second; short ones only when they end.
 * @throws Never.
 */
export function createEpochReporter(
  { emit, stage, unit = 'samples' }: Listener,
  nEpochs: number,
  samplesPerEpoch: number,
): EpochReporter {
  const total = nEpochs * samplesPerEpoch
  const tell = (done: number, detail: string): void =>
    emit({ type: 'progress', stage, done, total, unit, detail })
  return {
    start: () => emit({ type: 'start', stage, total, unit }),
    startEpoch(epoch) {
      const started = performance.now()
      let [done, reported] = [0, started]
      return (nRows) => {
        done += nRows
        const now = performance.now()
        if (now - reported < stepReportMs || done >= samplesPerEpoch) return
        reported = now
        const rate = formatRate((1000 * done) / (now - started))
        tell(epoch * samplesPerEpoch + done, `epoch ${epoch + 1}/${nEpochs}, ${rate} ${unit}/s`)
      }
    },
    endEpoch({ epoch, loss, validationAccuracy }, { samplesPerSecond }) {
      const validation =
        validationAccuracy === undefined
          ? ''
          : `, validation accuracy ${validationAccuracy.toFixed(3)}`
      const rate = formatRate(samplesPerSecond)
      tell(
        (epoch + 1) * samplesPerEpoch,
        `epoch ${epoch + 1}/${nEpochs}, loss ${loss.toFixed(4)}${validation}, ${rate} ${unit}/s`,
      )
    },
  }
}

const stepReportMs = 1000

function formatRate(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond))
}
