/** What the decoder says of the volumes of a run, in order -> the part of their feedback that replaying must give again. */
import type { Decoded, NoFeedbackReason } from '../../core/schemas/feedback.ts'
import type { SessionPolicy, Smoothing } from '../../core/schemas/session.ts'
import type { RawDecoded } from './decoder-port.ts'

export interface FeedbackMaker {
  /** The feedback of a volume that was decoded. */
  decoded(volume: number, raw: RawDecoded): Decoded
  /** What is said of a volume that was not. */
  missing(volume: number, reason: Exclude<NoFeedbackReason, 'warming-up'>): Decoded
  /** Takes in feedback that was given before, in order, to go on from there. */
  restore(decoded: Decoded): void
}

/**
 * Makes the feedback of one run.
 *
 * @param policy - Smoothing, and volumes without feedback at the start.
 * @param classes - In the order of the decoder's probabilities.
 * @returns The maker; of the run it remembers how many volumes were decoded, and the probabilities that smoothing needs.
 * @throws Never.
 */
export function createFeedbackMaker(
  policy: Pick<SessionPolicy, 'minVolumes' | 'smoothing'>,
  classes: readonly string[],
): FeedbackMaker {
  const smooth = createSmoothing(policy.smoothing)
  let nDecoded = 0
  return {
    decoded(volume, { probabilities, motion }) {
      nDecoded += 1
      if (probabilities === null || nDecoded <= policy.minVolumes)
        return { ...nothing(volume, 'warming-up'), motion }
      const smoothed = smooth.next(probabilities)
      const best = smoothed.reduce((top, value, c) => (value > (smoothed[top] ?? 0) ? c : top), 0)
      return {
        volume,
        status: 'feedback',
        reason: null,
        probabilities: byName(classes, probabilities),
        smoothed: byName(classes, smoothed),
        predicted: classes[best] ?? null,
        confidence: smoothed[best] ?? null,
        motion,
      }
    },
    missing: nothing,
    restore({ status, reason, probabilities, smoothed }) {
      if (status === 'feedback' || reason === 'warming-up') nDecoded += 1
      if (probabilities === null || smoothed === null) return
      const values = (of: Record<string, number>): number[] => classes.map((name) => of[name] ?? 0)
      smooth.restore(values(probabilities), values(smoothed))
    },
  }
}

function nothing(volume: number, reason: NoFeedbackReason): Decoded {
  return {
    volume,
    status: 'no-feedback',
    reason,
    probabilities: null,
    smoothed: null,
    predicted: null,
    confidence: null,
    motion: null,
  }
}

interface Smoother {
  next(probabilities: readonly number[]): readonly number[]
  restore(probabilities: readonly number[], smoothed: readonly number[]): void
}

function createSmoothing(smoothing: Smoothing): Smoother {
  if (smoothing.kind === 'none') return { next: (values) => values, restore: () => undefined }
  if (smoothing.kind === 'ema') return exponential(smoothing.alpha)
  const latest: (readonly number[])[] = []
  const keep = (values: readonly number[]): void => {
    latest.push(values)
    if (latest.length > smoothing.volumes) latest.shift()
  }
  return {
    next(values) {
      keep(values)
      return values.map(
        (_, c) => latest.reduce((sum, one) => sum + (one[c] ?? 0), 0) / latest.length,
      )
    },
    restore: keep,
  }
}

function exponential(alpha: number): Smoother {
  let before: readonly number[] | undefined
  return {
    next(values) {
      const last = before
      before =
        last === undefined ? values : values.map((x, c) => alpha * x + (1 - alpha) * (last[c] ?? 0))
      return before
    },
    restore(_, smoothed) {
      before = smoothed
    },
  }
}

function byName(classes: readonly string[], values: readonly number[]): Record<string, number> {
  return Object.fromEntries(classes.map((name, c) => [name, values[c] ?? 0]))
}
