/** What the NIfTI reader gives and takes. Voxel data run x fastest, then y, z, volume, as NIfTI stores them. */
import type { Grid } from '../../core/types.ts'

/** The checked header of a NIfTI-1 or NIfTI-2 image. */
export interface NiftiHeader {
  /** The file that was asked for. */
  readonly file: string
  /** `dim[1..dim[0]]`, one to seven sizes of at least 1. */
  readonly shape: readonly number[]
  /** Code of the element type, as in nifti1.h. */
  readonly datatype: number
  /** Bits per voxel as the datatype implies; the header's own `bitpix` is not trusted. */
  readonly bitpix: number
  readonly bigEndian: boolean
  /** Factor and offset that are applied: value = slope * stored + inter. 1 and 0 when the header asks for none (slope 0, NaN or infinite). */
  readonly slope: number
  readonly inter: number
  /** Voxel indices to millimetres, 4 x 4 row-major: sform, else qform, else nibabel's fallback. */
  readonly affine: readonly number[]
  /** The first three sizes (1 where the image has fewer) and the affine. */
  readonly grid: Grid
  /** Product of the sizes after the third. */
  readonly nVolumes: number
  /** Lengths of the columns of the affine. */
  readonly voxelSizeMm: readonly [number, number, number]
  /** `pixdim[4]` in seconds by `xyzt_units` (no unit: seconds); undefined in images of fewer than four dimensions, if 0, or if not a time. */
  readonly trSeconds: number | undefined
  /** `pixdim[1..dim[0]]`, in the units of the header. */
  readonly zooms: readonly number[]
  /** `pixdim[0..7]` with nibabel's repairs: qfac +1 or -1, sizes not negative, unused spatial sizes 1. */
  readonly pixdim: readonly number[]
  readonly qformCode: number
  readonly sformCode: number
  /** The qform as an affine whatever its code; undefined when its quaternion is not one. */
  readonly qformAffine: readonly number[] | undefined
  /** The sform whatever its code. */
  readonly sformAffine: readonly number[]
  readonly xyztUnits: number
  readonly descrip: string
  /** Class that nibabel would give the image. */
  readonly imageClass: 'Nifti1Image' | 'Nifti1Pair' | 'Nifti2Image' | 'Nifti2Pair'
  /** Byte at which the voxels start in `dataFile`, after decompression. */
  readonly voxOffset: number
  /** The file that holds the voxels: the image itself, or the `.img` of a pair. */
  readonly dataFile: string
}

export interface NiftiReadOptions {
  /**
   * Largest number of bytes that the voxels of one read (the whole image, or one volume when streaming) may take in memory.
   * Default 4 GiB, and then also no compressed file over 64 MiB that claims to shrink more than 200 times.
   */
  readonly maxBytes?: number
}
