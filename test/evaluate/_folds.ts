/** Folds with given balanced accuracies, for tests of what is made of them. */
import type { Fold } from '../../src/core/schemas/report.ts'

/** `scores[name]`: balanced accuracy of a model, one per subject `01`, `02`, ... */
export function foldsWithScores(scores: Readonly<Record<string, readonly number[]>>): Fold[] {
  const nSubjects = Object.values(scores)[0]?.length ?? 0
  return Array.from({ length: nSubjects }, (_, i) => ({
    subject: String(i + 1).padStart(2, '0'),
    evaluationRuns: [],
    calibrationRuns: [],
    calibrationMinutes: 2,
    trainingSubjects: [],
    innerSubjects: [],
    nTrainingVolumes: 10,
    nMaskVoxels: 20,
    nSelectedVoxels: 10,
    nComponents: 3,
    models: Object.fromEntries(
      Object.entries(scores).map(([name, values]) => [name, modelWith(values[i]!)]),
    ),
    leaks: [],
    warnings: [],
  }))
}

function modelWith(balancedAccuracy: number): Fold['models'][string] {
  const calibrated = {
    ...{ nTest: 4, accuracy: balancedAccuracy, balancedAccuracy, macroF1: balancedAccuracy },
    ...{ auc: 0.5, logLoss: 1, ece: 0.1 },
    confusion: [
      [1, 1],
      [1, 1],
    ],
  }
  return { calibrated, unaligned: null, zeroShot: null, temperature: 1, epochs: [] }
}
