/** NIfTI-1 and NIfTI-2 images, single or pair, plain or compressed <-> headers and arrays, x fastest. */
export type { NiftiHeader, NiftiReadOptions } from './types.ts'
export { niftiDatatypeOf, type NiftiArray } from './datatypes.ts'
export { parseNiftiHeader, niftiHeaderBytes } from './parse-header.ts'
export { readNiftiHeader } from './read-header.ts'
export { checkNiftiSize, verifyNifti } from './size-check.ts'
export { readNifti, readNiftiElements } from './read-image.ts'
export { readMaskedSeries, readVolumes, type NiftiVolume } from './read-volumes.ts'
export { writeNifti, writeNiftiVolumes, type NiftiImage } from './write-image.ts'
