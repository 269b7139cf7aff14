/** Volumes of one grid -> the head's motion in each, and the volumes without it. */
export {
  createRealigner,
  type RealignedVolume,
  type Realigner,
  type RealignOptions,
} from './create-realigner.ts'
export { realignRun, type RealignedRun, type RealignRunOptions } from './realign-run.ts'
export { prepareRealigner, type PreparedRealigner } from './prepare-realigner.ts'
