/** Volumes, a repetition time and the faults that are wanted -> what the simulated scanner does, and when; pure and repeatable. */
import { createRng } from '../../core/rng.ts'

/** What goes wrong, by 0-based volume. Times are in ms. */
export interface ScannerFaults {
  /** Cut short, and completed after so long; Infinity for never. */
  readonly truncate?: ReadonlyMap<number, number>
  /** All of its size at once, but zeros in place of voxels, which are written after so long; Infinity for never. */
  readonly preallocate?: ReadonlyMap<number, number>
  /** Never sent. */
  readonly drop?: ReadonlySet<number>
  /** Sent twice. */
  readonly duplicate?: ReadonlySet<number>
  /** Sent twice, with other voxels the second time. */
  readonly conflict?: ReadonlySet<number>
  /** Sent after the next one. */
  readonly reorder?: ReadonlySet<number>
  /** Sent so much later. */
  readonly late?: ReadonlyMap<number, number>
  /** The scanner rests for so long before it; all that follow are later too. */
  readonly stall?: ReadonlyMap<number, number>
  /** Sent with one slice fewer. */
  readonly wrongMatrix?: ReadonlySet<number>
  /** Every volume is up to so much later, at random. */
  readonly jitterMs?: number
}

export type VolumeForm = 'whole' | 'truncated' | 'preallocated' | 'altered' | 'wrong-matrix'

export interface ScannerAction {
  /** After the start. */
  readonly atMs: number
  readonly volume: number
  /** `complete` writes what a truncated or preallocated volume lacks. */
  readonly do: 'send' | 'complete'
  readonly form: VolumeForm
}

/** Part of the repetition time after which a volume that gave way is sent. */
const shortly = 0.25
/** The same for the second of two copies: the first one has been taken by then. */
const again = 0.6

/**
 * Plans a run.
 *
 * @param volumes - Indices in the order of acquisition, with their times in ms if they were recorded.
 * @param trMs - Time between volumes where none was recorded.
 * @param faults - What goes wrong.
 * @param seed - For the jitter.
 * @returns The actions in the order of time.
 * @throws Never.
 */
export function planScan(
  volumes: readonly { readonly index: number; readonly atMs: number | null }[],
  trMs: number,
  faults: ScannerFaults,
  seed: number,
): ScannerAction[] {
  const rng = createRng(seed)
  let stalledMs = 0
  const actions = volumes.flatMap(({ index, atMs }, n): ScannerAction[] => {
    stalledMs += faults.stall?.get(index) ?? 0
    const jitterMs = rng.uniform() * (faults.jitterMs ?? 0)
    const plannedMs = (atMs ?? n * trMs) + stalledMs + jitterMs + (faults.late?.get(index) ?? 0)
    if (faults.drop?.has(index) === true) return []
    const atTime = plannedMs + (faults.reorder?.has(index) === true ? (1 + shortly) * trMs : 0)
    return actionsOf(index, atTime, trMs, faults)
  })
  return actions.sort((a, b) => a.atMs - b.atMs)
}

function actionsOf(
  volume: number,
  atMs: number,
  trMs: number,
  faults: ScannerFaults,
): ScannerAction[] {
  const send = (form: VolumeForm, time = atMs): ScannerAction => ({
    atMs: time,
    volume,
    do: 'send',
    form,
  })
  const truncatedFor = faults.truncate?.get(volume)
  const reservedFor = faults.preallocate?.get(volume)
  const waitMs = truncatedFor ?? reservedFor
  if (waitMs !== undefined) {
    const form = truncatedFor === undefined ? 'preallocated' : 'truncated'
    const later: ScannerAction = { atMs: atMs + waitMs, volume, do: 'complete', form }
    return [send(form), ...(Number.isFinite(waitMs) ? [later] : [])]
  }
  if (faults.wrongMatrix?.has(volume) === true) return [send('wrong-matrix')]
  return [
    send('whole'),
    ...(faults.duplicate?.has(volume) === true ? [send('whole', atMs + again * trMs)] : []),
    ...(faults.conflict?.has(volume) === true ? [send('altered', atMs + again * trMs)] : []),
  ]
}
