/** A BIDS dataset -> records of subjects with labelled, masked runs, and from those the subjects that protocols work on. */
import { resolve } from 'node:path'
import type { Emit } from '../core/events.ts'
import { createFinding, LimbicError, type Finding } from '../core/errors/index.ts'
import type { Pipeline } from '../core/schemas/pipeline.ts'
import type { Grid } from '../core/types.ts'
import { assertOneGrid } from '../evaluate/protocol/selection.ts'
import { splitSubject, type SplitPurpose } from '../evaluate/protocol/splits.ts'
import type { SubjectData } from '../evaluate/protocol/subject-data.ts'
import { sha256 } from '../io/artifacts.ts'
import { indexBids, type BidsRun } from '../io/bids/index.ts'
import { canonicalJson, createDiskMemo } from './cache.ts'
import { createRunOpener } from './open-run.ts'
import { readParcels } from './parcels.ts'
import { prepareRuns } from './preprocess/prepare-runs.ts'
import type { SubjectPreprocessing } from './preprocess/subject-preprocessing.ts'
import { maskRuns, recordRuns, unionOfMasks, type RunMask, type RunRecord } from './run-record.ts'

/** A dataset as plain data, which the main process makes once and every worker opens. */
export interface DatasetRecord {
  readonly name: string
  readonly root: string
  readonly classes: readonly string[]
  readonly subjects: readonly SubjectRecord[]
  /** Parcel of every voxel of the grid, where subjects are aligned parcel by parcel. */
  readonly parcels?: Int32Array
  /** Hash over all runs: image bytes, events, masks, labels; and over the parcels. */
  readonly sha256: string
  readonly trSeconds: number
  readonly findings: readonly Finding[]
}

export interface SubjectRecord {
  readonly subject: string
  readonly grid: Grid
  readonly runs: readonly RunRecord[]
  /** With `data.preprocess: minimal`, how further runs of the subject are brought into the state of these. */
  readonly minimal?: SubjectPreprocessing
}

/**
 * Indexes a dataset, masks every run and turns events into labels.
 *
 * @param root - The BIDS folder.
 * @param pipeline - Says which runs, masks and labels.
 * @param cacheDir - Where masked series are kept.
 * @param emit - Told of progress, run by run.
 * @param purpose - To `calibrate` for a decoder that exists, runs beside those of the calibration task may lack or have no events.
 * @returns The record, subjects sorted by label.
 * @throws {LimbicError} `DATASET_UNUSABLE` with every finding of severity error, `ONE_CLASS_ONLY`, and as `prepareRuns` and `recordRuns`.
 */
export async function recordDataset(
  root: string,
  pipeline: Pipeline,
  cacheDir: string,
  emit: Emit,
  purpose: SplitPurpose = 'evaluate',
): Promise<DatasetRecord> {
  const index = await indexBids(root, indexOptions(pipeline))
  const found = index.runs.filter((run) => !pipeline.data.exclude.includes(run.id.subject))
  const findings = [...relevantFindings(index.findings, found, pipeline, purpose)]
  assertUsable(root, findings)
  if (found.length === 0)
    throw new LimbicError('DATASET_UNUSABLE', {
      dataset: root,
      findings: ['no BOLD runs of the subjects and tasks that the pipeline names'],
    })
  const classes = classNames(pipeline)
  const prepared = await prepareRuns(found, pipeline, cacheDir, emit)
  const { runs, findings: noticed, minimal } = prepared
  findings.push(...noticed)
  const recorded = await recordSubjects(runs, pipeline, classes, cacheDir, emit)
  const subjects = recorded.map((one): SubjectRecord => {
    const own = minimal[one.subject]
    return own === undefined ? one : { ...one, minimal: own }
  })
  if (purpose === 'evaluate') for (const subject of subjects) assertTwoClasses(subject, classes)
  findings.push(...unlistedTrialTypes(subjects, classes))
  for (const finding of findings) emit({ type: 'finding', finding })
  const parcels = await readParcels(
    root,
    pipeline.align,
    subjects.map(({ grid }) => grid),
  )
  const hashes = subjects.flatMap((subject) => subject.runs.map((run) => [run.key, run.sha256]))
  return {
    name: index.name,
    root,
    classes,
    subjects,
    sha256: sha256(canonicalJson(parcels === undefined ? hashes : { hashes, parcels })),
    ...(parcels === undefined ? {} : { parcels }),
    trSeconds: runs[0]!.trSeconds,
    findings,
  }
}

/**
 * Opens a recorded dataset and splits each subject's runs.
 *
 * @param record - The record.
 * @param pipeline - Says which runs calibrate.
 * @param purpose - What it was recorded for.
 * @returns The subjects; their series are read when asked for, at most 512 MB of them in memory at once.
 * @throws {LimbicError} `STRICT_NEEDS_TWO_RUNS`, `CALIBRATION_RUNS_MISSING`; `GRIDS_DIFFER` when voxels are to be shared by subjects on different grids.
 */
export function openDataset(
  record: DatasetRecord,
  pipeline: Pipeline,
  purpose: SplitPurpose = 'evaluate',
): readonly SubjectData[] {
  const open = createRunOpener()
  const { select, evaluate } = pipeline
  const sharesVoxels = select.mode !== 'per-subject' && evaluate.split !== 'leave-one-run-out'
  if (sharesVoxels) assertOneGrid(record.subjects)
  return record.subjects.map(({ subject, grid, runs }) => {
    const opened = runs.map(open)
    const { parcels } = record
    const own = { subject, grid, ...(parcels === undefined ? {} : { parcels }) }
    return { ...own, runs: opened, ...splitSubject(subject, opened, pipeline, purpose) }
  })
}

/**
 * The class names of a pipeline, in the order of class indices.
 *
 * @param pipeline - The pipeline.
 * @returns Names; the rest class, if any, comes last.
 * @throws Never.
 */
export function classNames({ label }: Pick<Pipeline, 'label'>): readonly string[] {
  const named = Object.keys(label.classes)
  return label.rest === undefined || named.includes(label.rest) ? named : [...named, label.rest]
}

function indexOptions({ data }: Pipeline): Parameters<typeof indexBids>[1] {
  return {
    ...(data.tasks === undefined ? {} : { task: data.tasks }),
    ...(data.subjects === undefined ? {} : { subjects: data.subjects }),
    ...(data.derivatives === undefined ? {} : { derivatives: data.derivatives }),
    ...(data.space === undefined ? {} : { space: data.space }),
  }
}

/**
 * Runs of a calibration task need no events; every other run does, unless it is only there to be decoded.
 * Subjects that are left out are not complained about.
 */
function relevantFindings(
  found: readonly Finding[],
  runs: readonly BidsRun[],
  { data }: Pipeline,
  purpose: SplitPurpose,
): readonly Finding[] {
  const { calibration, exclude } = data
  const needsEvents = (run: BidsRun): boolean =>
    calibration.kind !== 'task' || (purpose === 'evaluate' && run.id.task !== calibration.task)
  const missing = runs
    .filter((run) => run.events === undefined && needsEvents(run))
    .map((run) =>
      createFinding('error', 'EVENTS_MISSING', {
        bold: run.bold,
        expected: run.bold.replace(/_bold\.nii(\.gz)?$/, '_events.tsv'),
      }),
    )
  const others = found.filter(
    ({ code, message }) =>
      code !== 'EVENTS_MISSING' && !exclude.some((subject) => message.includes(`sub-${subject}_`)),
  )
  return [...others, ...missing]
}

function assertUsable(root: string, findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return
  throw new LimbicError('DATASET_UNUSABLE', {
    dataset: root,
    findings: errors.map(({ code, message }) => `${code} ${message}`),
  })
}

async function recordSubjects(
  runs: readonly BidsRun[],
  pipeline: Pipeline,
  classes: readonly string[],
  cacheDir: string,
  emit: Emit,
): Promise<readonly SubjectRecord[]> {
  const memo = createDiskMemo(cacheDir, emit)
  const seriesDir = resolve(cacheDir, 'series')
  const labels = [...new Set(runs.map((run) => run.id.subject))].sort()
  const progress = { stage: 'read', total: labels.length, unit: 'subjects' }
  const started = performance.now()
  const masked: MaskedSubject[] = []
  emit({ type: 'start', ...progress })
  for (const subject of labels) {
    const own = runs.filter((run) => run.id.subject === subject)
    const masks = await maskRuns(own, pipeline.clean, memo)
    masked.push({ subject, runs: own, masks, grid: own[0]!.header.grid })
    emit({ type: 'progress', ...progress, done: masked.length })
  }
  const subjects: SubjectRecord[] = []
  for (const own of masked) {
    const { subject, grid, masks } = own
    const kept = unionOfMasks(keptMasks(own, masked, pipeline))
    const recorded = await recordRuns(own.runs, masks, kept, pipeline, classes, seriesDir)
    subjects.push({ subject, grid, runs: recorded })
  }
  emit({ type: 'done', stage: 'read', seconds: (performance.now() - started) / 1000 })
  return subjects
}

interface MaskedSubject {
  readonly subject: string
  readonly grid: Grid
  readonly runs: readonly BidsRun[]
  readonly masks: readonly RunMask[]
}

/**
 * The masks whose voxels are kept for a subject. Shared voxels are chosen on other subjects, so theirs are kept too: what can be read of a
 * scored run must not hang on its own mask, which is computed from all of its volumes.
 */
function keptMasks(
  own: MaskedSubject,
  all: readonly MaskedSubject[],
  { select }: Pipeline,
): readonly RunMask[] {
  if (select.mode === 'per-subject') return own.masks
  const isAlike = ({ grid }: MaskedSubject): boolean =>
    grid.shape.every((n, axis) => n === own.grid.shape[axis])
  return all.filter(isAlike).flatMap(({ masks }) => masks)
}

/** Events that no class names are dropped, which is right for instructions and wrong for a misspelt condition: the user must see it. */
function unlistedTrialTypes(
  subjects: readonly SubjectRecord[],
  classes: readonly string[],
): readonly Finding[] {
  const runs = subjects.flatMap((subject) => subject.runs)
  const unlisted = [...new Set(runs.flatMap((run) => run.unlistedTrialTypes))].sort()
  if (unlisted.length === 0) return []
  return [createFinding('warning', 'TRIAL_TYPES_UNLISTED', { unlisted, classes })]
}

function assertTwoClasses({ subject, runs }: SubjectRecord, classes: readonly string[]): void {
  const counts = classes.map(() => 0)
  for (const run of runs) for (const label of run.labels) if (label >= 0) counts[label]! += 1
  if (counts.filter((count) => count > 0).length >= 2) return
  throw new LimbicError('ONE_CLASS_ONLY', { subject, classes, counts })
}
