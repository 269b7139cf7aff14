/** A recorded run and a plan -> volumes at the planned times, at a folder or a socket. */
import { setTimeout as sleep } from 'node:timers/promises'
import { LimbicError } from '../../core/errors/index.ts'
import { openRecordedRun, type RecordedRun } from '../sources/recorded-run.ts'
import { originalFiles, type OriginalFiles } from './original-files.ts'
import { planScan, type ScannerAction, type ScannerFaults } from './plan.ts'
import { afniPort, folderPort, tcpPort, type ScannerPort } from './scanner-port.ts'
import { compactVoxels, type ScannedVolume } from './volume-bytes.ts'

export type ScannerTarget =
  | {
      readonly kind: 'folder'
      readonly dir: string
      readonly format: 'nifti' | 'nifti-gz' | 'dicom'
      readonly inPlace: boolean
    }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'afni'
      readonly host: string
      readonly port: number
      readonly dataPort?: number
    }

export interface ScanOptions {
  /** As for `openRecordedRun`. */
  readonly input: string
  readonly to: ScannerTarget
  /** Seconds between volumes, in place of what the input says; recorded sessions are then played in that rhythm too. */
  readonly trSeconds?: number
  /** How many times faster than that; headers keep the repetition time. */
  readonly speed?: number
  /** How often the run is played, with indices that go on; recorded sessions and copied files are played once. */
  readonly repeat?: number
  readonly faults?: ScannerFaults
  readonly seed?: number
  /** Told after each action. */
  readonly onAction?: (action: ScannerAction, atMs: number) => void
  /** Ends the scan before its last volume. */
  readonly signal?: AbortSignal
}

const defaultTrSeconds = 2

/**
 * Plays a run as a scanner would.
 *
 * @param options - What, where to, how fast, and what goes wrong.
 * @returns How many volumes were sent, repetitions and copies included.
 * @throws {LimbicError} As `openRecordedRun` and the ports; `RT_SEND_FAILED` when the receiver is gone.
 * @remarks Volumes are read ahead of their time, one at a time, and kept while an action needs them.
 */
export async function playScan(options: ScanOptions): Promise<number> {
  const { input, to, speed = 1, faults = {}, seed = 1, onAction, signal } = options
  const run = await openRecordedRun(input)
  const originals = await originalsOf(input, run, to)
  const trSeconds = options.trSeconds ?? run.trSeconds
  const times = await timesOf(run, originals, options)
  const plan = planScan(times, 1000 * (trSeconds ?? defaultTrSeconds), faults, seed)
  const volumes = createVolumeReader(run, originals, trSeconds)
  const port = await openPort(to, run, trSeconds, originals)
  let nSent = 0
  try {
    const startMs = performance.now()
    for (const [n, action] of plan.entries()) {
      const volume = await volumes.get(action.volume)
      await sleep(Math.max(0, startMs + action.atMs / speed - performance.now()), undefined, {
        ...(signal !== undefined && { signal }),
      }).catch(() => undefined)
      if (signal?.aborted === true) break
      await port.perform(action, volume)
      if (action.do === 'send') nSent += 1
      onAction?.(action, performance.now() - startMs)
      volumes.release(plan.slice(n + 1))
    }
  } finally {
    await port.close()
    await volumes.close()
  }
  return nSent
}

async function originalsOf(
  input: string,
  run: RecordedRun,
  to: ScannerTarget,
): Promise<OriginalFiles | null> {
  if (to.kind !== 'folder' || to.format !== 'dicom') return null
  if (run.kind === 'dicom') return await originalFiles(run.files)
  throw new LimbicError('OPTION_INVALID', {
    option: '--format dicom',
    expected: 'a folder of DICOM or PAR/REC files, which are copied as they are',
    found: `${input} (${run.kind})`,
  })
}

/** Indices and times of all volumes; indices of copied files are those of their headers. */
async function timesOf(
  run: RecordedRun,
  originals: OriginalFiles | null,
  { trSeconds, repeat = 1 }: ScanOptions,
): Promise<{ readonly index: number; readonly atMs: number | null }[]> {
  if (originals !== null) return originals.indices.map((index) => ({ index, atMs: null }))
  const isTimed = run.kind === 'session'
  if (!isTimed)
    return Array.from({ length: repeat * run.nVolumes }, (_, index) => ({ index, atMs: null }))
  const times: { index: number; atMs: number | null }[] = []
  for await (const { index, atMs } of run.volumes())
    times.push({ index, atMs: trSeconds === undefined ? atMs : null })
  return times
}

interface VolumeReader {
  get(index: number): Promise<ScannedVolume>
  /** Lets go of volumes that none of these actions needs. */
  release(actions: readonly ScannerAction[]): void
  close(): Promise<void>
}

/** Reads volumes forwards; what was read and may be needed again is kept. */
function createVolumeReader(
  run: RecordedRun,
  originals: OriginalFiles | null,
  trSeconds: number | null,
): VolumeReader {
  const kept = new Map<number, ScannedVolume>()
  const { grid } = run
  const empty = { grid, data: new Int16Array(0), trSeconds, acquiredAt: null }
  let reading = run.volumes()
  let offset = 0

  const readNext = async (): Promise<void> => {
    const next = await reading.next()
    if (next.done === true) {
      offset += run.nVolumes
      reading = run.volumes()
      return
    }
    const { index, data, acquiredAt } = next.value
    const volume = { index: offset + index, grid, data: compactVoxels(data), trSeconds, acquiredAt }
    kept.set(volume.index, volume)
  }
  return {
    async get(index) {
      // Copied files are read by the port.
      if (originals !== null) return { ...empty, index }
      for (;;) {
        const volume = kept.get(index)
        if (volume !== undefined) return volume
        await readNext()
      }
    },
    release(actions) {
      const soon = new Set(actions.slice(0, maxKept).map(({ volume }) => volume))
      const next = Math.max(-1, ...soon)
      for (const index of kept.keys()) if (index <= next && !soon.has(index)) kept.delete(index)
    },
    close: async () => void (await reading.return()),
  }
}

/** Actions that are looked ahead to; faults are never further apart in time. */
const maxKept = 1000

async function openPort(
  to: ScannerTarget,
  run: RecordedRun,
  trSeconds: number | null,
  originals: OriginalFiles | null,
): Promise<ScannerPort> {
  if (to.kind === 'folder')
    return await folderPort({ ...to, ...(originals !== null && { originals }) })
  if (to.kind === 'tcp') return await tcpPort(to)
  const volumes = run.volumes()
  const first = await volumes.next()
  await volumes.return()
  const isInt16 = first.done !== true && compactVoxels(first.value.data) instanceof Int16Array
  return await afniPort(to, { grid: run.grid, trSeconds, isInt16 })
}
