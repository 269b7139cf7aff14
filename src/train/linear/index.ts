/** The linear classifiers by name: baselines that stand beside every network. */
import type { Classifier } from '../classifier.ts'
import { centroid } from './centroid.ts'
import { lda } from './lda.ts'
import { logistic } from './logistic.ts'
import { ridge } from './ridge.ts'
import { svm } from './svm.ts'

export { centroid, scoreCentroids, type CentroidOptions, type CentroidState } from './centroid.ts'
export { fitLdaWeights, lda, type LdaOptions } from './lda.ts'
export { createHeldOutRidge, type HeldOutRidge } from './held-out-ridge.ts'
export { scoreLinear, type LinearState, type LinearWeights } from './linear-state.ts'
export {
  selectLeavingGroupsOut,
  type FoldSelection,
  type GroupedSamples,
} from './fold-selection.ts'
export {
  leaveGroupsOut,
  leaveGroupsOutRidge,
  type FitLinear,
  type GroupFold,
} from './leave-groups-out.ts'
export { fitLogisticWeights, logistic, type LogisticOptions } from './logistic.ts'
export { fitRidgeWeights, ridge, type RidgeOptions } from './ridge.ts'
export { fitSvmWeights, svm, type SvmOptions } from './svm.ts'

const all: readonly Classifier[] = [centroid, ridge, logistic, lda, svm]

/** Name -> linear classifier, under the names that pipelines write. */
export const linearClassifiers: Readonly<Record<string, Classifier>> = Object.fromEntries(
  all.map((classifier) => [classifier.name, classifier]),
)
