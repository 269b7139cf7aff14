/** A preprocessed run [nVolumes x nBrainVoxels] -> a cleaned 4-D image without motion and drift, and a table with the class of every volume. */
import { basename } from 'node:path'
import type { Grid, Matrix32 } from '../../core/types.ts'
import { writeFileAtomic, writeJsonAtomic } from '../../io/artifacts.ts'
import { readEvents, type BidsRun } from '../../io/bids/index.ts'
import { writeNiftiVolumes } from '../../io/nifti/index.ts'
import { cleanRun } from '../../preprocess/clean.ts'
import { selectConfounds, type Confounds } from '../../preprocess/confounds/index.ts'
import { labelVolumes, type VolumeLabels } from '../../preprocess/labels.ts'
import { maskIndices } from '../../preprocess/mask-volume.ts'
import { motionNames } from '../../preprocess/motion.ts'
import type { DerivativeFiles } from './derivative-files.ts'
import type { PreprocessOptions } from './options.ts'

/** What a cleaned run is made from. */
export interface CleaningSources {
  readonly run: BidsRun
  readonly grid: Grid
  readonly mask: Uint8Array
  /** `[nVolumes x nBrainVoxels]` */
  readonly series: Matrix32
  readonly confounds: Confounds
  readonly settings: PreprocessOptions
}

/** Class of volumes in which nothing was shown. */
const restClass = 'rest'

/**
 * Cleans a run and labels its volumes, if the settings ask for that.
 *
 * @param files - The names of its derivatives.
 * @param sources - What was computed of the run.
 * @returns The paths written; none when nothing was asked for, and no table of labels for a run without events.
 * @throws {LimbicError} `VALUE_INVALID` for a column that the run has not; `CLEAN_TOO_FEW_VOLUMES`; as `readEvents` and `labelVolumes`.
 * @remarks One joint least-squares fit of a straight line, the slow cosines and the confounds is taken away from every brain voxel, and its mean put back:
 *   the image keeps its units. It uses the whole run, so it is for training and for looking at, never for volumes that are scored as they come.
 */
export async function writeCleaned(
  files: DerivativeFiles,
  sources: CleaningSources,
): Promise<readonly string[]> {
  const { run, settings } = sources
  if (settings.clean === undefined) return []
  const removed = removedColumns(sources.confounds, settings.clean)
  await writeCleanImage(files, sources, removed)
  const image = [files.clean, files.cleanSidecar]
  if (run.events === undefined) return image
  const labels = await labelRun(run, run.events)
  await writeFileAtomic(files.labels, formatLabels(labels, run.trSeconds))
  await writeJsonAtomic(files.labelsSidecar, describeLabels(labels, run.events))
  return [...image, files.labels, files.labelsSidecar]
}

/** The six motion parameters are asked for by default, and missing where motion cannot be measured. */
function removedColumns(confounds: Confounds, wanted: readonly string[]): Confounds {
  const isMotion = (name: string): boolean => (motionNames as readonly string[]).includes(name)
  return selectConfounds(
    confounds,
    wanted.filter((name) => !isMotion(name) || confounds.names.includes(name)),
  )
}

async function writeCleanImage(
  files: DerivativeFiles,
  { run, grid, mask, series, settings }: CleaningSources,
  removed: Confounds,
): Promise<void> {
  const { trSeconds } = run
  const { highPassHz } = settings
  const cleaned = cleanRun(series, {
    ...{ detrend: 'linear', standardize: 'none', output: 'float32', highPassHz, trSeconds },
    ...(removed.nCols === 0 ? {} : { confounds: removed }),
  })
  const voxels = maskIndices(mask)
  const means = columnMeans(series)
  const shape = [...grid.shape, series.nRows]
  const image = { shape, affine: grid.affine, trSeconds, descrip: 'limbic preprocess' }
  await writeNiftiVolumes(files.clean, image, volumes())
  await writeJsonAtomic(files.cleanSidecar, {
    ...(run.sidecar.TaskName === undefined ? {} : { TaskName: run.sidecar.TaskName }),
    RepetitionTime: trSeconds,
    SkullStripped: true,
    Sources: [basename(files.bold), basename(files.confounds)],
    Description:
      'Residuals of one joint least-squares fit over the whole run, with the mean of each voxel put back; 0 outside the brain mask.',
    RemovedConfounds: removed.names,
    Detrend: 'linear',
    HighPassCutoffHz: highPassHz,
  })

  async function* volumes(): AsyncGenerator<Float32Array> {
    for (let t = 0; t < series.nRows; t++) {
      const volume = new Float32Array(mask.length)
      voxels.forEach(
        (voxel, v) => (volume[voxel] = cleaned.data[t * series.nCols + v]! + means[v]!),
      )
      yield await Promise.resolve(volume)
    }
  }
}

function columnMeans({ data, nRows, nCols }: Matrix32): Float64Array {
  const means = new Float64Array(nCols)
  for (let t = 0; t < nRows; t++)
    for (let v = 0; v < nCols; v++) means[v]! += data[t * nCols + v]! / nRows
  return means
}

/** Every trial type is a class of its own here; a pipeline puts them together as it likes. */
async function labelRun(run: BidsRun, file: string): Promise<VolumeLabels> {
  const events = await readEvents(file)
  const types = [...new Set(events.map(({ trialType }) => trialType))].sort()
  return labelVolumes(events, {
    classes: Object.fromEntries(types.map((type) => [type, [type]])),
    restClass,
    nVolumes: run.nVolumes,
    trSeconds: run.trSeconds,
    method: { kind: 'hrf' },
  })
}

function formatLabels({ labels, classNames }: VolumeLabels, trSeconds: number): string {
  const rows = Array.from(
    labels,
    (label, t) => `${t}\t${Number((t * trSeconds).toFixed(6))}\t${classNames[label] ?? 'n/a'}`,
  )
  return `${['volume\tonset\tlabel', ...rows].join('\n')}\n`
}

function describeLabels({ counts, nDropped }: VolumeLabels, events: string): object {
  return {
    volume: { Description: 'Index of the volume in the run, 0-based.' },
    onset: { Description: 'Start of the volume.', Units: 's' },
    label: {
      Description:
        'Trial type whose predicted haemodynamic response dominates (over half of the largest of the run), rest where none responds, n/a in transitions.',
    },
    Sources: [basename(events)],
    VolumesPerLabel: counts,
    VolumesWithoutLabel: nDropped,
  }
}
