/** Classifiers of whole volumes, which are read from disk while training goes on. */
export { fitResnet3d, fitResnet3dVolumes, resnet3dClassifier } from './resnet3d-classifier.ts'
export {
  resnet3dOptionsSchema,
  resolveResnet3dOptions,
  type Resnet3dFitOptions,
} from './resnet3d-options.ts'
export {
  createResnet3dModel,
  createResnet3dScorer,
  scoreResnet3d,
  type Resnet3dState,
} from './resnet3d-state.ts'
export { createVolumeFeed, createVolumeValidation } from './volume-feed.ts'
export {
  openSeriesRun,
  type SeriesFile,
  type VolumeRun,
  type VolumeSamples,
  type VoxelGrid,
} from './volume-samples.ts'
