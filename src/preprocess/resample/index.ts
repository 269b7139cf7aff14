/** Volumes and masks of one grid -> the same on another grid, and how grids differ. */
export {
  applyAffine,
  identityAffine,
  invertAffine,
  multiplyAffines,
  voxelSizesMm,
  type Point,
} from './affine-map.ts'
export { axisCodes, compareGrids, type GridComparison } from './compare-grids.ts'
export { resampleMask, type ResampleMaskOptions } from './resample-mask.ts'
export {
  resampleVolume,
  type Interpolation,
  type ResampledVolume,
  type ResampleOptions,
} from './resample-volume.ts'
