/** A run's volumes [nVoxels] in order -> the same without gaps, slice-timed and realigned, and what was found on the way. */
import { createFinding, type Finding } from '../../core/errors/index.ts'
import type { Grid, Matrix64 } from '../../core/types.ts'
import type { BidsRun } from '../../io/bids/index.ts'
import type { NiftiVolume } from '../../io/nifti/index.ts'
import { createCausalPreprocessor, putBack } from '../../preprocess/causal-preprocessor.ts'
import {
  prepareRealigner,
  type RealignedVolume,
  type Realigner,
} from '../../preprocess/realign/index.ts'
import { correctBySpline, type SlicePlan } from './slice-times.ts'
import { createGaps, fillGaps, noteGap, type VolumeGaps } from './usable-volumes.ts'

/** What is found while volumes pass; complete when the last has passed. */
export interface VolumeLog {
  readonly gaps: VolumeGaps
  /** `[nVolumes x 6]`, mm and rad; undefined when volumes are not realigned. */
  readonly motion: Matrix64 | undefined
  /** Volumes whose motion is not certain, ascending. */
  readonly doubtful: number[]
  worstMisfit: number
  /** Largest share of a volume that lies outside what was measured. */
  mostOutside: number
}

/** A run on its way through preprocessing. */
export interface PreprocessedVolumes {
  /** In order; to be read once. */
  readonly volumes: AsyncIterable<NiftiVolume>
  readonly log: VolumeLog
  /** Known before the first volume: `REALIGN_LEFT_OUT`, or nothing. */
  readonly findings: readonly Finding[]
}

/**
 * Preprocesses the volumes of a run.
 *
 * @param volumes - In order, as stored.
 * @param run - The run that they are of.
 * @param plan - What is done about slice times.
 * @param target - `[nVoxels]`, the reference volume.
 * @param grid - Its grid.
 * @returns The volumes on that grid. But for `spline` slice timing, each depends on the reference, itself and earlier ones only, and is what
 *   `createCausalPreprocessor` makes of it.
 * @throws {LimbicError} As `createCausalPreprocessor`; when read, those of `volumes`.
 * @remarks Motion is measured on volumes as stored: slice timing would smear a sudden movement over two volumes.
 */
export function preprocessVolumes(
  volumes: AsyncIterable<NiftiVolume>,
  run: Pick<BidsRun, 'bold' | 'nVolumes'>,
  plan: SlicePlan,
  target: Float32Array,
  grid: Grid,
): PreprocessedVolumes {
  const isCausal = plan.mode !== 'spline' || plan.schedule === undefined
  return isCausal
    ? preprocessCausally(volumes, run, plan, target, grid)
    : preprocessWhole(volumes, run, plan.schedule, target, grid)
}

function preprocessCausally(
  stored: AsyncIterable<NiftiVolume>,
  { bold: name, nVolumes }: Pick<BidsRun, 'bold' | 'nVolumes'>,
  { schedule }: SlicePlan,
  reference: Float32Array,
  grid: Grid,
): PreprocessedVolumes {
  const times = schedule === undefined ? {} : { schedule }
  const preprocessor = createCausalPreprocessor({ reference, grid, name, ...times })
  const log = createLog(nVolumes, preprocessor.isRealigning)
  return { volumes: pass(), log, findings: preprocessor.findings }

  async function* pass(): AsyncGenerator<NiftiVolume> {
    for await (const { index, data } of stored) {
      const { volume, gap, motion, outside } = preprocessor.next(data, index)
      noteGap(log.gaps, gap, index)
      noteMotion(log, motion, index)
      log.mostOutside = Math.max(log.mostOutside, outside)
      yield { index, data: volume }
    }
  }
}

/** With slices timed by a spline through the run, which needs all volumes before it gives the first. */
function preprocessWhole(
  stored: AsyncIterable<NiftiVolume>,
  { bold, nVolumes }: Pick<BidsRun, 'bold' | 'nVolumes'>,
  schedule: NonNullable<SlicePlan['schedule']>,
  target: Float32Array,
  grid: Grid,
): PreprocessedVolumes {
  const { realigner, findings } = prepareRealigner(target, grid, bold)
  const log = createLog(nVolumes, realigner !== undefined)
  const motions: RealignedVolume[] = []
  const measured = measure(fillGaps(stored, target, log.gaps), realigner, log, motions)
  const timed = correctBySpline(measured, schedule, grid.shape, nVolumes)
  return { volumes: undo(), log, findings }

  async function* undo(): AsyncGenerator<NiftiVolume> {
    for await (const { index, data } of timed) {
      const moved = putBack(data, grid, motions[index])
      log.mostOutside = Math.max(log.mostOutside, moved.nOutside / data.length)
      yield { index, data: moved.data }
    }
  }
}

async function* measure(
  volumes: AsyncIterable<NiftiVolume>,
  realigner: Realigner | undefined,
  log: VolumeLog,
  motions: RealignedVolume[],
): AsyncGenerator<NiftiVolume> {
  for await (const { index, data } of volumes) {
    const found = realigner?.realignOne(data)
    if (found !== undefined) motions[index] = found
    noteMotion(log, found, index)
    yield { index, data }
  }
}

function createLog(nVolumes: number, isRealigning: boolean): VolumeLog {
  const motion = { data: new Float64Array(6 * nVolumes), nRows: nVolumes, nCols: 6 }
  return {
    gaps: createGaps(),
    motion: isRealigning ? motion : undefined,
    doubtful: [],
    worstMisfit: 0,
    mostOutside: 0,
  }
}

function noteMotion(log: VolumeLog, found: RealignedVolume | undefined, index: number): void {
  if (found === undefined) return
  log.motion?.data.set(found.parameters, 6 * index)
  if (found.findings.length === 0) return
  log.doubtful.push(index)
  log.worstMisfit = Math.max(log.worstMisfit, found.misfit)
}

/**
 * Says which motions are not certain.
 *
 * @param log - As filled.
 * @param bold - The image, for messages.
 * @returns A warning, or nothing.
 * @throws Never.
 */
export function describeDoubts(log: VolumeLog, bold: string): Finding[] {
  const { doubtful, worstMisfit: misfit, mostOutside } = log
  if (doubtful.length === 0) return []
  const what = `${doubtful.length === 1 ? 'volume' : 'volumes'} ${doubtful.join(', ')} of ${bold}`
  return [
    createFinding('warning', 'REALIGN_NOT_CONVERGED', { what, misfit, overlap: 1 - mostOutside }),
  ]
}
