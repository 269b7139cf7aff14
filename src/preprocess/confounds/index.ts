/** A run and its motion -> named confounds [nVolumes x nConfounds]. */
export {
  buildConfounds,
  globalSignal,
  selectConfounds,
  type ConfoundOptions,
  type ConfoundSources,
} from './build-confounds.ts'
export { computeDvars, type Dvars } from './dvars.ts'
export { motionConfounds, type MotionModel } from './motion-confounds.ts'
export { namedColumns, namedMatrix, type Confounds, type NamedColumn } from './named-matrix.ts'
export {
  mostVariableVoxels,
  noiseComponents,
  type NoiseComponentOptions,
  type NoiseComponents,
} from './noise-components.ts'
