/** Classification metrics: what true classes and predictions are turned into for the report. */
export { aucMacro, aucPerClass } from './auc.ts'
export {
  accuracy,
  balancedAccuracy,
  classScores,
  cohenKappa,
  confusionMatrix,
  macroF1,
  matthews,
  type ClassScores,
  type Confusion,
} from './confusion.ts'
export {
  calibrationError,
  countCurves,
  reliabilityPoints,
  rocArea,
  rocEdges,
  rocPoints,
  sumCurves,
  type ReliabilityPoint,
  type RocPoint,
} from './curves.ts'
export {
  brierScore,
  expectedCalibrationError,
  logLoss,
  predictClasses,
  reliabilityBins,
  type ReliabilityBin,
} from './probability.ts'
export { scoreClassification, type ClassificationScores, type Predictions } from './score.ts'
