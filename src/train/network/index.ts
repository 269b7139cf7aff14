/** Networks as classifiers: samples to trained weights as plain numbers, and weights to class scores. */
export { cnn1dClassifier, fitCnn1d, scoreCnn1d } from './cnn1d-classifier.ts'
export {
  autoEpochs,
  cnn1dOptionsSchema,
  resolveCnn1dOptions,
  type Cnn1dFitOptions,
  type ResolvedTraining,
} from './cnn1d-options.ts'
export { createStateModel, networkInputLength, type Cnn1dState } from './cnn1d-state.ts'
export { createNetworkScorer } from './decoder.ts'
export { trainNetwork, type LabelledFeatures, type NetworkTask } from './train-network.ts'
export { readWeights, writeWeights, type WeightArray } from './weights.ts'
