/** Training subjects -> an index of their labelled volumes on one grid, for classifiers that read them as they go. */
import { LimbicError } from '../../core/errors/index.ts'
import type { VolumeRun, VolumeSamples, VoxelGrid } from '../../train/volumes/index.ts'
import { calibrateSubject, runFeatures, type Calibration } from './calibration.ts'
import type { ProtocolContext } from './context.ts'
import type { Population } from './population.ts'
import { sampleLabels, takeSamples } from './samples.ts'
import type { RunData, SubjectData } from './subject-data.ts'

/**
 * The grid that features of a population lie on.
 *
 * @param population - What was fitted on the training subjects.
 * @param subjects - Subjects, for the shape of their grid.
 * @returns Shape and voxels; undefined when features are no voxels that all subjects share: aligned, or selected per subject.
 * @throws Never.
 */
export function featureGrid(
  { selection, commonSpace }: Population,
  subjects: readonly SubjectData[],
): VoxelGrid | undefined {
  const shape = subjects[0]?.grid.shape
  if (selection === null || commonSpace !== null || shape === undefined) return undefined
  return { shape, voxels: selection.voxels }
}

/**
 * The labelled volumes of the training subjects, scaled by their own calibration runs when they are read.
 *
 * @param context - Settings and services.
 * @param population - What was fitted on these subjects.
 * @param subjects - The same training subjects.
 * @returns The index; nothing has been read.
 * @throws {LimbicError} `VALUE_INVALID` when features are no voxels of one grid.
 */
export function trainingVolumes(
  context: ProtocolContext,
  population: Population,
  subjects: readonly SubjectData[],
): VolumeSamples {
  const runs = subjects.flatMap((subject) => {
    const { calibration, labelled } = subject.training
    const calibrated = population.calibrations[subject.subject]!
    return labelled.map((run) => scaledRun(context, calibrated, calibration, run))
  })
  return onGrid(context, population, subjects, runs)
}

/**
 * The labelled volumes of subjects that the population has never seen, each rotation scaled by its calibration runs.
 *
 * @param context - Settings and services.
 * @param population - Fitted on other subjects.
 * @param subjects - The held-out subjects.
 * @returns The index.
 * @throws {LimbicError} As `trainingVolumes` and `calibrateSubject`.
 */
export async function heldOutVolumes(
  context: ProtocolContext,
  population: Population,
  subjects: readonly SubjectData[],
): Promise<VolumeSamples> {
  const runs: VolumeRun[] = []
  for (const subject of subjects)
    for (const { calibration, evaluation } of subject.rotations) {
      const calibrated = await calibrateSubject(context, population, subject, calibration)
      for (const run of evaluation) runs.push(scaledRun(context, calibrated, calibration, run))
    }
  return onGrid(context, population, subjects, runs)
}

function onGrid(
  { classes }: ProtocolContext,
  population: Population,
  subjects: readonly SubjectData[],
  runs: readonly VolumeRun[],
): VolumeSamples {
  const grid = featureGrid(population, subjects)
  if (grid === undefined)
    throw new LimbicError('VALUE_INVALID', {
      what: 'the features of a model of whole volumes',
      expected: 'the same voxels in everybody (select.mode "all" or "shared", align.method "none")',
      found:
        population.selection === null ? 'voxels that differ between subjects' : 'aligned features',
    })
  return { grid, runs, nClasses: classes.length }
}

function scaledRun(
  context: ProtocolContext,
  calibrated: Calibration,
  calibration: readonly RunData[],
  run: RunData,
): VolumeRun {
  const { clean, evaluate } = context.pipeline
  const scaledBy = calibrated.scaler === null ? [] : calibration.map(({ sha256 }) => sha256)
  return {
    key: run.key,
    labels: sampleLabels(run, evaluate.unit),
    version: JSON.stringify([run.sha256, scaledBy, clean]),
    read: async () =>
      takeSamples(run, await runFeatures(context, calibrated, run), evaluate.unit).features,
  }
}
