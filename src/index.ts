/** The public library: what a program may build on. Everything else may move. */
export { LimbicError, isLimbicError, type ErrorCode, type Finding } from './core/errors/index.ts'
export { createRng, type Rng } from './core/rng.ts'
export type { StageEvent, Emit } from './core/events.ts'
export type { Grid, Matrix, RunId, RunKey, State } from './core/types.ts'
export type { Pipeline } from './core/schemas/pipeline.ts'
export type { Fold, Report, Scores, Summary } from './core/schemas/report.ts'
export type { BundleManifest } from './core/schemas/bundle.ts'
export {
  readNifti,
  readNiftiHeader,
  readVolumes,
  writeNifti,
  type NiftiHeader,
} from './io/nifti/index.ts'
export { indexBids, validateBids, type BidsDataset, type BidsRun } from './io/bids/index.ts'
export { cleanRun } from './preprocess/clean.ts'
export { labelVolumes } from './preprocess/labels.ts'
export {
  computeRegressors,
  doubleGammaHrf,
  gloverHrf,
  hrfDispersionDerivative,
  hrfTimeDerivative,
  spmHrf,
  type TimedEvent,
} from './preprocess/hrf.ts'
export { computeEpiMask } from './preprocess/epi-mask.ts'
export { intersectMasks } from './preprocess/mask-volume.ts'
export { resampleMask, resampleVolume } from './preprocess/resample/index.ts'
export {
  createRealigner,
  realignRun,
  type RealignedRun,
  type Realigner,
} from './preprocess/realign/index.ts'
export {
  createCausalPreprocessor,
  type CausalPreprocessor,
  type CausalPreprocessorOptions,
  type CausalVolume,
} from './preprocess/causal-preprocessor.ts'
export {
  createOnlineDetrend,
  createOnlineStandardize,
  detrendNext,
  formatSliceApproximation,
  onlineSd,
  onlineTsnr,
  standardizeOnline,
} from './preprocess/online/index.ts'
export { simulateDataset, defaultSimulateOptions, type SimulateOptions } from './simulate/index.ts'
export { anova } from './select/anova.ts'
export { topK } from './select/top-k.ts'
export { fitProcrustes, orthogonalProcrustes } from './align/procrustes.ts'
export { generalizedProcrustes } from './align/generalized-procrustes.ts'
export { hyperalign } from './align/hyperalignment.ts'
export { applyMapper, fitCommonSpace, projectSubject } from './align/common-space.ts'
export { openEngine, type Engine } from './engine/index.ts'
export { classifierOf, listClassifiers } from './train/classifiers.ts'
export { scoreClassification } from './evaluate/metrics/index.ts'
export { formatReportHtml, formatReportText } from './evaluate/report/index.ts'
export { listPipelines, loadPipeline } from './pipeline/load.ts'
export { runPipeline, type RunOptions } from './pipeline/run.ts'
export type { TaskExecutor } from './pipeline/task-runner.ts'
export { trainBundle } from './pipeline/bundle/train-bundle.ts'
export { calibrateNewSubject, readBundle, readCalibration } from './pipeline/bundle/read-bundle.ts'
export { createVolumeDecoder, type VolumeDecoder } from './pipeline/bundle/volume-decoder.ts'
export { predictImage } from './pipeline/bundle/predict-image.ts'
export { calibrateBundle } from './pipeline/bundle/calibrate-bundle.ts'
export { startSession } from './realtime/session.ts'
export { replaySession } from './realtime/replay.ts'
export { readSession } from './realtime/session/read-session.ts'
export type { Session, SessionEvent, SessionOptions } from './realtime/session-events.ts'
export type { SessionPolicy } from './core/schemas/session.ts'
export type { ArrivedVolume, SourceEvent, VolumeSource } from './realtime/volume-source.ts'
export { watchFolder } from './realtime/sources/watch/watch-folder.ts'
export type { WatchFolderOptions } from './realtime/sources/watch/watch-options.ts'
export { tcpSource } from './realtime/sources/tcp/tcp-source.ts'
export { connectSender, type VolumeSender } from './realtime/sources/tcp/tcp-client.ts'
export { afniSource } from './realtime/sources/afni/afni-source.ts'
export { replaySource } from './realtime/sources/replay-source.ts'
export { createOrderBuffer, type OrderBuffer, type OrderPolicy } from './realtime/order-buffer.ts'
export type { Feedback } from './core/schemas/feedback.ts'
export { runInProcess } from './executors/in-process.ts'
export { createPool } from './executors/pool.ts'
