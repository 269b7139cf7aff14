/** Training subjects -> what is fitted on them and on nobody else: voxels, common space and the samples that classifiers learn from. */
import {
  fitCommonSpace,
  type CommonSpaceOptions,
  type CommonSpaceState,
  type SubjectCalibration,
} from '../../align/common-space.ts'
import { fitParcelSpace, type ParcelledCalibration } from '../../align/parcels.ts'
import { LimbicError } from '../../core/errors/index.ts'
import type { RunKey } from '../../core/types.ts'
import type { SelectionState } from '../../select/select-voxels.ts'
import { calibrateTrainingSubject, subjectSamples, type Calibration } from './calibration.ts'
import type { ProtocolContext, Variant } from './context.ts'
import { parcelsOf } from './parcels.ts'
import { readCalibrationRows, type CalibrationRows } from './rows.ts'
import { stackSamples, type LabelledFeatures } from './samples.ts'
import { fitCalibrationScaler } from './scale.ts'
import { selectOwnVoxels, selectSharedVoxels } from './selection.ts'
import { runKeys, type SubjectData } from './subject-data.ts'

/** What was fitted on the training subjects, before any classifier. */
export interface Population {
  readonly variant: Variant
  readonly subjects: readonly string[]
  /** Null when every subject has voxels of its own. */
  readonly selection: SelectionState | null
  /** Null without alignment. */
  readonly commonSpace: CommonSpaceState | null
  /** What each row of the common space's template is a response to. */
  readonly rowKeys: readonly string[]
  /** How each training subject reaches the common space. */
  readonly calibrations: Readonly<Record<string, Calibration>>
  readonly fittedOn: readonly RunKey[]
}

/**
 * Fits voxels and common space on the training subjects.
 *
 * @param context - Settings and services.
 * @param subjects - Training subjects only.
 * @param variant - How volumes reach the classifier.
 * @returns The population; remembered under the hashes of everything it depends on.
 * @throws {LimbicError} `GRIDS_DIFFER`, `SELECTION_EMPTY`, `SELECT_K_TOO_LARGE`, `CALIBRATION_RUNS_DIFFER`, `ALIGN_*`.
 */
export async function fitPopulation(
  context: ProtocolContext,
  subjects: readonly SubjectData[],
  variant: Variant,
): Promise<Population> {
  return context.memo('population', populationKey(context, subjects, variant), async () => {
    const selection = await selectPopulationVoxels(context, subjects)
    const aligned = variant === 'calibrated' && context.pipeline.align.method !== 'none'
    const voxelsOf = new Map<string, SelectionState>()
    for (const subject of subjects)
      voxelsOf.set(
        subject.subject,
        selection ?? (await selectOwnVoxels(context, subject, subject.training.labelled)),
      )
    const space = aligned ? await alignSubjects(context, subjects, voxelsOf) : null
    const calibrations: Record<string, Calibration> = {}
    for (const subject of subjects)
      calibrations[subject.subject] = await calibrateTrainingSubject(
        context,
        subject,
        variant,
        voxelsOf.get(subject.subject)!,
        space?.commonSpace ?? null,
      )
    return {
      variant,
      subjects: subjects.map(({ subject }) => subject),
      selection,
      commonSpace: space?.commonSpace ?? null,
      rowKeys: space?.rowKeys ?? [],
      calibrations,
      fittedOn: subjects.flatMap(({ runs }) => runKeys(runs)),
    }
  })
}

/**
 * The samples that classifiers learn from: every labelled volume (or block) of the training subjects, in the feature space.
 *
 * @param context - Settings and services.
 * @param population - What was fitted on these subjects.
 * @param subjects - The same training subjects.
 * @returns The samples, subject by subject.
 * @throws {LimbicError} `ONE_CLASS_ONLY` when they hold a single class.
 */
export async function trainingSamples(
  context: ProtocolContext,
  population: Population,
  subjects: readonly SubjectData[],
): Promise<LabelledFeatures> {
  const parts: LabelledFeatures[] = []
  for (const subject of subjects) {
    const calibration = population.calibrations[subject.subject]!
    parts.push(await subjectSamples(context, calibration, subject.training.labelled))
  }
  return stackSamples(parts)
}

/**
 * Everything that a population depends on; what is fitted on its samples depends on it too.
 *
 * @param context - Settings.
 * @param subjects - Training subjects.
 * @param variant - How volumes reach the classifier.
 * @returns A plain object to be hashed.
 * @throws Never.
 */
export function populationKey(
  { pipeline, classes }: ProtocolContext,
  subjects: readonly SubjectData[],
  variant: Variant,
): unknown {
  const { clean, select, align, evaluate, seed } = pipeline
  const needsAlignment = variant === 'calibrated'
  const parcels = needsAlignment ? subjects[0]?.parcels : undefined
  const startsAtRandom = align.method === 'srm' || align.method === 'det-srm'
  return {
    version: 1,
    variant,
    classes,
    clean,
    select,
    unit: evaluate.unit,
    align: needsAlignment ? align : null,
    ...(needsAlignment && startsAtRandom ? { seed } : {}),
    ...(parcels === undefined ? {} : { parcels }),
    runs: subjects.flatMap(({ training }) => [
      training.calibration.map((run) => run.sha256),
      training.labelled.map((run) => run.sha256),
    ]),
  }
}

async function selectPopulationVoxels(
  context: ProtocolContext,
  subjects: readonly SubjectData[],
): Promise<SelectionState | null> {
  if (context.pipeline.select.mode === 'per-subject') return null
  return selectSharedVoxels(context, subjects)
}

async function alignSubjects(
  context: ProtocolContext,
  subjects: readonly SubjectData[],
  voxelsOf: ReadonlyMap<string, SelectionState>,
): Promise<{ commonSpace: CommonSpaceState; rowKeys: readonly string[] }> {
  const { clean, align } = context.pipeline
  const { method, components, level2Iterations, newSubject } = align
  const calibrated: { subject: SubjectData; rows: CalibrationRows }[] = []
  for (const subject of subjects) {
    const { voxels } = voxelsOf.get(subject.subject)!
    const runs = subject.training.calibration
    const scaler = await fitCalibrationScaler(runs, voxels, clean)
    const rows = await readCalibrationRows(runs, voxels, scaler, clean, align.match)
    calibrated.push({ subject, rows })
  }
  const rowKeys = assertSameRows(calibrated)
  const options: CommonSpaceOptions = {
    ...{ level2Iterations, newSubject, rng: context.rng.fork('align') },
    ...(method === 'none' ? {} : { method }),
    ...(components === undefined ? {} : { components }),
  }
  const calibrations: MaybeParcelled[] = calibrated.map(({ subject, rows }) => ({
    subject: subject.subject,
    calibration: rows.rows,
    runs: runKeys(subject.training.calibration),
    parcels: parcelsOf(subject, voxelsOf.get(subject.subject)!.voxels),
  }))
  const commonSpace = calibrations.every(isParcelled)
    ? fitParcelSpace(calibrations, options)
    : fitCommonSpace(calibrations, options)
  return { commonSpace, rowKeys }
}

type MaybeParcelled = SubjectCalibration & { readonly parcels: Int32Array | undefined }

function isParcelled(calibration: MaybeParcelled): calibration is ParcelledCalibration {
  return calibration.parcels !== undefined
}

function assertSameRows(
  calibrated: readonly { subject: SubjectData; rows: CalibrationRows }[],
): readonly string[] {
  const reference = calibrated[0]!
  for (const { subject, rows } of calibrated) {
    const differing = rows.keys.findIndex((key, i) => key !== reference.rows.keys[i])
    if (differing < 0 && rows.keys.length === reference.rows.keys.length) continue
    const at = Math.max(0, differing)
    throw new LimbicError('CALIBRATION_RUNS_DIFFER', {
      subject: subject.subject,
      reference: reference.subject.subject,
      expected: `${reference.rows.keys.length} rows, row ${at} being ${reference.rows.keys[at]}`,
      found: `${rows.keys.length} rows, row ${at} being ${rows.keys[at]}`,
    })
  }
  return reference.rows.keys
}
