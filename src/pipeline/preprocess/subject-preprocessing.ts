/** The planned runs of a dataset -> for each subject, what its further runs are realigned to and by which slice times, for single volumes as well. */
import { existsSync } from 'node:fs'
import type { Grid, RunKey } from '../../core/types.ts'
import { createJsonReader } from '../../io/bids/index.ts'
import { readNiftiHeader, type NiftiHeader } from '../../io/nifti/index.ts'
import type { CausalPreprocessorOptions } from '../../preprocess/causal-preprocessor.ts'
import { parseSliceSchedule, type SliceSchedule } from '../../preprocess/slice-timing.ts'
import type { RunReference } from './options.ts'
import type { PreprocessTask } from './plan-runs.ts'
import { readReference } from './reference.ts'
import { planSliceTiming } from './slice-times.ts'

/** How the volumes of a subject were preprocessed; plain data, paths instead of volumes. */
export interface SubjectPreprocessing {
  readonly reference: RunReference
  /** Of the run that the reference is taken from; null without slice times. */
  readonly schedule: SliceSchedule | null
  /** Run key -> the image as measured. */
  readonly raw: Readonly<Record<RunKey, string>>
}

/**
 * Gathers how each subject was preprocessed.
 *
 * @param tasks - All runs of a dataset, planned.
 * @returns Subject label -> its reference and slice times. Where a subject has several references, for runs on several grids, it is the one that
 *   most of its runs share.
 * @throws {LimbicError} As `planSliceTiming`.
 */
export function describeSubjects(
  tasks: readonly PreprocessTask[],
): Readonly<Record<string, SubjectPreprocessing>> {
  const labels = [...new Set(tasks.map(({ run }) => run.id.subject))]
  return Object.fromEntries(
    labels.map((label) => {
      const own = tasks.filter(({ run }) => run.id.subject === label)
      const reference = mostShared(own)
      const source = own.find(({ run }) => run.bold === reference.bold)!.run
      const { schedule = null } = planSliceTiming(source, 'causal')
      const raw = Object.fromEntries(own.map(({ run }) => [run.key, run.bold]))
      return [label, { reference, schedule, raw }]
    }),
  )
}

/**
 * Reads what a subject's single volumes are preprocessed with.
 *
 * @param minimal - How its runs were preprocessed.
 * @returns Options of `createCausalPreprocessor`, plain data that a decoder can be shipped with.
 * @throws {LimbicError} As `readReference`.
 */
export async function readPreprocessing({
  reference,
  schedule,
}: SubjectPreprocessing): Promise<CausalPreprocessorOptions> {
  const { grid } = await readNiftiHeader(reference.bold)
  const volume = await readReference(reference)
  return {
    reference: volume,
    grid: { shape: grid.shape, affine: [...grid.affine] },
    ...(schedule === null ? {} : { schedule }),
  }
}

/**
 * Fits a subject's preprocessing to one of its images.
 *
 * @param preprocessing - Of the subject.
 * @param image - A raw run; slice times in a JSON file of the same name are preferred to those of the subject.
 * @param header - Of the image.
 * @returns Options for this run.
 * @throws {LimbicError} `SLICE_TIMING_INVALID`; `JSON_INVALID` for a JSON file that is none.
 */
export async function preprocessingOf(
  preprocessing: CausalPreprocessorOptions,
  image: string,
  header: Pick<NiftiHeader, 'grid' | 'trSeconds'>,
): Promise<CausalPreprocessorOptions> {
  const { schedule, ...rest } = preprocessing
  const sidecar = await readOwnSidecar(image)
  if (sidecar.SliceTimingCorrected === true) return { ...rest, name: image }
  const own = ownSchedule(sidecar, header, schedule, image)
  return { ...rest, name: image, ...(own === undefined ? {} : { schedule: own }) }
}

function ownSchedule(
  sidecar: Readonly<Record<string, unknown>>,
  { grid, trSeconds }: { readonly grid: Grid; readonly trSeconds?: number | undefined },
  schedule: SliceSchedule | undefined,
  image: string,
): SliceSchedule | undefined {
  const { SliceTiming, RepetitionTime } = sidecar
  if (SliceTiming === undefined || SliceTiming === null) return schedule
  const tr =
    typeof RepetitionTime === 'number' ? RepetitionTime : (trSeconds ?? schedule?.trSeconds)
  return parseSliceSchedule(sidecar, grid.shape, tr ?? NaN, image)
}

async function readOwnSidecar(image: string): Promise<Readonly<Record<string, unknown>>> {
  const file = image.replace(/\.nii(\.gz)?$/, '.json')
  return existsSync(file) ? await createJsonReader()(file) : {}
}

function mostShared(tasks: readonly PreprocessTask[]): RunReference {
  const counts = new Map<string, number>()
  for (const { reference } of tasks)
    counts.set(reference.bold, (counts.get(reference.bold) ?? 0) + 1)
  const most = Math.max(...counts.values())
  return tasks.find(({ reference }) => counts.get(reference.bold) === most)!.reference
}
