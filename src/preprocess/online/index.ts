/** Volumes in the order they come -> each cleaned by what is known by then; the same functions offline and beside the scanner. */
export { isBaselineSettled, isInBaseline, type Baseline } from './baseline.ts'
export {
  createOnlineDetrend,
  detrendNext,
  residualSd,
  type DetrendedVolume,
  type OnlineDetrend,
  type OnlineDetrendOptions,
} from './detrend.ts'
export {
  correctNextSlices,
  createCausalSliceTiming,
  formatSliceApproximation,
  type CausalSliceTiming,
  type CausalSliceTimingOptions,
  type SliceApproximation,
} from './slice-timing.ts'
export {
  createOnlineStandardize,
  onlineSd,
  onlineTsnr,
  standardizeOnline,
  type OnlineStandardize,
  type OnlineStandardizeOptions,
} from './standardize.ts'
