/** Compares a series with a reference NIfTI: same places, so same voxels, whatever way either image runs along its axes. */
import type { DicomSeries, DicomVolume } from '../../../src/io/dicom/index.ts'
import { readNiftiElements } from '../../../src/io/nifti/index.ts'

export interface Comparison {
  /** Largest difference between the affines once the axes run the same way, millimetres. */
  readonly affineErrorMm: number
  /** The same for directions and spacings alone. */
  readonly rotationError: number
  readonly nVolumes: number
  /** Voxels compared. */
  readonly nVoxels: number
  /** Voxels whose stored number differs. */
  readonly nDifferent: number
}

type Axis = { readonly flipped: boolean }

/** Compares `series` with the volumes of `file`; `stored` turns a value of ours back into the number that the scanner stored. */
export async function compareWithNifti(
  series: DicomSeries,
  file: string,
  stored: (value: number) => number,
): Promise<Comparison> {
  const { header, data } = await readNiftiElements(file)
  const { shape, affine } = series.geometry
  const axes = [0, 1, 2].map((axis): Axis => {
    const ours = column(affine, axis)
    const theirs = column(header.affine, axis)
    return { flipped: ours[0]! * theirs[0]! + ours[1]! * theirs[1]! + ours[2]! * theirs[2]! < 0 }
  })
  const turned = turnAffine(affine, shape, axes)
  const errors = turned.map((value, i) => Math.abs(value - header.affine[i]!))
  const affineErrorMm = Math.max(...errors)
  const rotationError = Math.max(...errors.filter((_, i) => i % 4 !== 3))
  const size = shape[0] * shape[1] * shape[2]
  const sameShape = shape.every((n, axis) => n === header.shape[axis])
  let nDifferent = sameShape ? 0 : Infinity
  let nVolumes = 0
  for await (const volume of series.volumes()) {
    const reference = data.subarray(size * volume.index, size * (volume.index + 1))
    nDifferent += countDifferent(volume, reference, shape, axes, stored)
    nVolumes++
  }
  return { affineErrorMm, rotationError, nVolumes, nVoxels: data.length, nDifferent }
}

function countDifferent(
  { data }: DicomVolume,
  reference: ArrayLike<number | bigint>,
  [nx, ny, nz]: readonly [number, number, number],
  axes: readonly Axis[],
  stored: (value: number) => number,
): number {
  let different = 0
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) {
        const [i, j, k] = [x, y, z].map((at, axis) =>
          axes[axis]!.flipped ? [nx, ny, nz][axis]! - 1 - at : at,
        )
        const theirs = Number(reference[i! + nx * (j! + ny * k!)])
        if (stored(data[x + nx * (y + ny * z)]!) !== theirs) different++
      }
  return different
}

function column(affine: readonly number[], axis: number): number[] {
  return [affine[axis]!, affine[4 + axis]!, affine[8 + axis]!]
}

/** The affine of the same voxels with some axes run backwards. */
function turnAffine(
  affine: readonly number[],
  shape: readonly number[],
  axes: readonly Axis[],
): number[] {
  const turned = [...affine]
  axes.forEach(({ flipped }, axis) => {
    if (!flipped) return
    for (const row of [0, 4, 8]) {
      turned[row + 3]! += affine[row + axis]! * (shape[axis]! - 1)
      turned[row + axis] = -affine[row + axis]!
    }
  })
  return turned
}
