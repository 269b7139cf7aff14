/** Run length -> block design: which condition each block shows, per subject and run, and its events. Onsets in seconds. */
import type { Rng } from '../core/rng.ts'
import type { SimulateOptions } from './options.ts'

/** Conditions that the task shows; rest is what lies between them. */
export const conditionNames = ['negative', 'neutral'] as const

/** One row of an events file. */
export interface BlockEvent {
  readonly onset: number
  readonly duration: number
  readonly trialType: string
}

type DesignOptions = Pick<
  SimulateOptions,
  'subjects' | 'runs' | 'volumes' | 'trSeconds' | 'blockSeconds'
>

/** Redraws of a subject's order that another subject already has, before giving in: short runs have few orders. */
const maxRedraws = 50

/**
 * How many blocks of the two conditions a run holds when each lies between blocks of rest.
 *
 * @param options - Run length and block length.
 * @returns An even number, as many as fit; 8 in the default run of 17 blocks.
 * @throws Never.
 */
export function countConditionBlocks(
  options: Pick<SimulateOptions, 'volumes' | 'trSeconds' | 'blockSeconds'>,
): number {
  // The tolerance keeps 153 volumes of 0.1 s from losing a block to rounding.
  const slots = Math.floor((options.volumes * options.trSeconds) / options.blockSeconds + 1e-9)
  return 2 * Math.floor((slots - 1) / 4)
}

/**
 * Draws the block order of every run of every subject: as many blocks of each condition, in an order of their own.
 *
 * @param options - Numbers of subjects, runs and volumes.
 * @param rng - Stream of the dataset.
 * @returns Condition index per block, `[subject][run][block]`.
 * @throws Never.
 * @remarks The same order in all subjects would let a decoder learn the clock, so an order that was already drawn is drawn again.
 *   A subject's order depends on the subjects before it only, so adding subjects changes nobody's data.
 */
export function drawBlockOrders(options: DesignOptions, rng: Rng): number[][][] {
  const nBlocks = countConditionBlocks(options)
  const taken = new Set<string>()
  return Array.from({ length: options.subjects }, (_, subject) => {
    const stream = rng.fork(`order/${subject}`)
    let orders: number[][] = []
    for (let attempt = 0; attempt < maxRedraws; attempt++) {
      orders = Array.from({ length: options.runs }, () =>
        stream.shuffle(Array.from({ length: nBlocks }, (_, block) => block % 2)),
      )
      if (!taken.has(orders.join('/'))) break
    }
    taken.add(orders.join('/'))
    return orders
  })
}

/** The film has been running this long when the first volume is taken, so that the response to it has settled. */
export const filmLeadSeconds = 32

/**
 * The events of the film run: one, from before the first volume to the end. It keeps the run from being taken for rest.
 *
 * @param options - Length of the run.
 * @returns One event.
 * @throws Never.
 * @example
 * const film = filmEvents({ calibrationVolumes: 200, trSeconds: 2 })[0] // film = { onset: -32, duration: 432, trialType: 'film' }
 */
export function filmEvents(
  options: Pick<SimulateOptions, 'calibrationVolumes' | 'trSeconds'>,
): BlockEvent[] {
  const seconds = options.calibrationVolumes * options.trSeconds
  return [{ onset: -filmLeadSeconds, duration: filmLeadSeconds + seconds, trialType: 'film' }]
}

/**
 * The events of a task run: rest, block, rest, block, ..., rest.
 *
 * @param order - Condition index per block.
 * @param blockSeconds - Length of each block, of rest too.
 * @returns One event per condition block; rest has no rows.
 * @throws Never.
 * @example
 * const first = blockEvents([1, 0], 18)[0] // first = { onset: 18, duration: 18, trialType: 'neutral' }
 */
export function blockEvents(order: readonly number[], blockSeconds: number): BlockEvent[] {
  return order.map((condition, block) => ({
    onset: (2 * block + 1) * blockSeconds,
    duration: blockSeconds,
    trialType: conditionNames[condition]!,
  }))
}
