/** zod source of what a real-time session is told to do: when to wait, when to give up, and what is done to each volume; every default is written here. */
import { z } from 'zod'

const baselineSchema = z.union([
  z.literal('running'),
  z.strictObject({ from: z.int().min(0), to: z.int().min(1) }),
])

/** How probabilities are smoothed over the volumes that had feedback; the raw ones are always sent and logged beside. */
export const smoothingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** Mean over the latest volumes, fewer at the start. */
  z.strictObject({ kind: z.literal('mean'), volumes: z.int().min(1).max(1000) }),
  /** `alpha` times the new value plus `1 - alpha` times the smoothed one before. */
  z.strictObject({ kind: z.literal('ema'), alpha: z.number().gt(0).max(1) }),
])

/** Drift, and motion if asked for, taken off the decoder's voxels by a fit on the volumes so far. */
export const onlineDetrendSchema = z.strictObject({
  baseline: baselineSchema.default('running'),
  /** Volumes from which on a linear trend is fitted besides the mean; `false` for never. */
  trendFrom: z.union([z.literal(false), z.int().min(0)]).default(10),
  /** Fit the six motion parameters too; needs `realign`. */
  motion: z.boolean().default(false),
  motionFrom: z.int().min(0).default(20),
  minVolumes: z.int().min(0).default(5),
  /** Spread from this run's volumes instead of the calibration runs. */
  standardize: z.boolean().default(false),
})

export const sessionPolicySchema = z.strictObject({
  /** Index of the first volume that is expected. */
  firstVolume: z.int().min(0).default(0),
  /** Volumes that may wait for an earlier one. */
  maxParked: z.int().min(0).max(1000).default(2),
  /** Longest time that a volume waits for an earlier one; half a TR by default. */
  maxWaitMs: z.number().min(0).nullable().default(null),
  /** A volume further ahead than this is taken for a mistake of its source and refused. */
  maxGap: z.int().min(1).max(100_000).default(1000),
  /** Age at which feedback counts as late; one TR by default. */
  deadlineMs: z.number().gt(0).nullable().default(null),
  /** Volumes that may wait for the decoder; when there are more, only the newest is decoded. */
  maxBacklog: z.int().min(1).max(1000).default(2),
  /** TRs without an arrival after which the scanner counts as stalled. */
  quietTrs: z.number().gt(0).default(2),
  /** Seconds between volumes; by default as the volumes say, else as the decoder was trained. */
  trSeconds: z.number().gt(0).nullable().default(null),
  /** Volumes without feedback at the start; they do enter the statistics. */
  minVolumes: z.int().min(0).default(0),
  /**
   * `auto`: as the decoder's pipeline was trained. `first`: to the first volume of the run. `calibration`: to the reference volume of the
   * calibrated bundle. `none`: volumes are decoded as they come.
   */
  realign: z.enum(['auto', 'none', 'first', 'calibration']).default('auto'),
  detrend: onlineDetrendSchema.nullable().default(null),
  smoothing: smoothingSchema.default({ kind: 'none' }),
  /** How often a volume is decoded again after the decoder died on it. */
  retries: z.int().min(0).max(10).default(1),
  /** Time after which a decoder that gives no answer counts as dead. */
  decodeTimeoutMs: z.number().gt(0).default(30_000),
  /**
   * `background`: raw volume and log line are handed to the system before feedback leaves (they survive the end of the process) and forced
   * to disk right after (a power cut can take the last volumes). `before-feedback`: forced to disk first, at the cost of its latency.
   */
  fsync: z.enum(['background', 'before-feedback']).default('background'),
  /** Give feedback although the calibration did not pass its gate. */
  force: z.boolean().default(false),
})

export type SessionPolicy = z.infer<typeof sessionPolicySchema>
export type Smoothing = z.infer<typeof smoothingSchema>
export type OnlineDetrendPolicy = z.infer<typeof onlineDetrendSchema>
