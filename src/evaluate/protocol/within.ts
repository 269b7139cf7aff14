/** Leave one run out within each subject: no other subject takes part, so nothing needs to be aligned. */
import { LimbicError } from '../../core/errors/index.ts'
import type { Fold } from '../../core/schemas/report.ts'
import { assertNoLeak } from '../leak-guard.ts'
import { calibrateSubject, subjectSamples } from './calibration.ts'
import type { ProtocolContext } from './context.ts'
import { fitDecoder, populationStates, scoreModel } from './fit.ts'
import { chooseModels } from './fit-classifier.ts'
import { stackRows } from './rows.ts'
import { scoreLogits } from './score.ts'
import { runKeys, type SubjectData } from './subject-data.ts'

/**
 * Scores every run of one subject with what the subject's other runs taught.
 *
 * @param context - Settings and services; the align step plays no part.
 * @param subject - The subject, its rotations one per scored run.
 * @returns One fold over all runs of the subject.
 * @throws {LimbicError} `OWN_RUNS_UNLABELLED`, `LEAK_DETECTED`, and as the stages.
 */
export async function runWithinSubject(
  context: ProtocolContext,
  subject: SubjectData,
): Promise<Fold> {
  const { choices, warnings } = chooseModels(context, [subject])
  const logits = new Map(
    choices.map(({ name }) => [name, [] as Awaited<ReturnType<typeof scoreModel>>[]]),
  )
  const labels: number[] = []
  let described: Pick<Fold, 'nTrainingVolumes' | 'nSelectedVoxels'> = {
    nTrainingVolumes: 0,
    nSelectedVoxels: 0,
  }
  for (const { calibration, evaluation } of subject.rotations) {
    if (!calibration.some((run) => run.labels.some((label) => label >= 0)))
      throw new LimbicError('OWN_RUNS_UNLABELLED', {
        subject: subject.subject,
        runs: runKeys(calibration),
      })
    const others: SubjectData = {
      ...subject,
      runs: calibration,
      training: { calibration, labelled: calibration },
    }
    const decoder = await fitDecoder(context, [others], 'unaligned', choices)
    const calibrated = await calibrateSubject(context, decoder.population, others, calibration)
    const samples = await subjectSamples(context, calibrated, evaluation)
    labels.push(...samples.labels)
    for (const { name } of choices) {
      const own = [calibrated.selection, calibrated.scaler, ...populationStates(decoder, name)]
      const states = own.flatMap((state) =>
        state === null ? [] : [{ state, scope: 'subject' as const }],
      )
      assertNoLeak(states, subject.subject, runKeys(evaluation))
      logits.get(name)!.push(await scoreModel(context, name, decoder.models[name]!, samples))
    }
    described = {
      nTrainingVolumes: decoder.nTrainingSamples,
      nSelectedVoxels: calibrated.selection.voxels.length,
    }
  }
  return {
    subject: subject.subject,
    evaluationRuns: [...runKeys(subject.runs)],
    calibrationRuns: [],
    calibrationMinutes: 0,
    trainingSubjects: [],
    innerSubjects: [],
    ...described,
    nMaskVoxels: Math.max(...subject.runs.map((run) => run.maskVoxels.length)),
    nComponents: described.nSelectedVoxels,
    models: Object.fromEntries(
      choices.map(({ name }) => [
        name,
        {
          calibrated: scoreLogits(stackRows(logits.get(name)!), Int32Array.from(labels), 1),
          unaligned: null,
          zeroShot: null,
          temperature: 1,
          epochs: [],
        },
      ]),
    ),
    leaks: [],
    warnings: [...warnings],
  }
}
