/** Volumes and masks of one grid -> the same on another grid. */
export {
  applyAffine,
  identityAffine,
  invertAffine,
  multiplyAffines,
  type Point,
} from './affine-map.ts'
