/** A run and its motion -> what a lab wants to know before it trusts the run. */
export {
  flagOutlierVolumes,
  spikeRegressors,
  type OutlierOptions,
  type OutlierVolumes,
} from './outlier-volumes.ts'
export { temporalSnr, type TemporalSnr } from './temporal-snr.ts'
