/** Orientation fields of a NIfTI header -> 4 x 4 affines, row-major, voxel indices to millimetres, chosen as nibabel chooses. */

/** The orientation fields that a header stores. */
export interface OrientationFields {
  readonly shape: readonly number[]
  /** `pixdim[0..7]`, sizes not negative, `pixdim[0]` +1 or -1. */
  readonly pixdim: readonly number[]
  readonly qformCode: number
  readonly sformCode: number
  readonly quaternion: readonly [b: number, c: number, d: number]
  readonly qoffset: readonly [x: number, y: number, z: number]
  /** `srow_x`, `srow_y`, `srow_z`: 12 numbers. */
  readonly srow: readonly number[]
}

// Float32 rounding may push b^2 + c^2 + d^2 a little above 1; nibabel allows the same (nifti1.py, quaternion_threshold).
const quaternionSlack = 3 * 2 ** -23

/**
 * The affine that places the voxels: sform if its code is set, else qform if its code is set, else nibabel's fallback.
 *
 * @param fields - The orientation fields.
 * @returns 16 numbers, or undefined when the qform is wanted and its quaternion is not one.
 * @throws Never.
 * @see nibabel `Nifti1Header.get_best_affine`. The NIfTI standard's own fallback ("method 1") neither flips x nor centres.
 */
export function bestAffine(fields: OrientationFields): readonly number[] | undefined {
  // Adding 0 turns -0 into 0, which would otherwise make equal affines differ as text.
  return chooseAffine(fields)?.map((value) => value + 0)
}

function chooseAffine(fields: OrientationFields): readonly number[] | undefined {
  if (fields.sformCode > 0) return sformAffine(fields)
  if (fields.qformCode > 0) return qformAffine(fields)
  return baseAffine(fields)
}

/**
 * The sform as it stands in the header, whatever its code.
 *
 * @param fields - The orientation fields.
 * @returns 16 numbers.
 * @throws Never.
 */
export function sformAffine(fields: OrientationFields): readonly number[] {
  return [...fields.srow, 0, 0, 0, 1]
}

/**
 * The qform as an affine, whatever its code.
 *
 * @param fields - The orientation fields.
 * @returns 16 numbers, or undefined when b^2 + c^2 + d^2 exceeds 1 by more than float32 rounding, or is not a number.
 * @throws Never.
 * @see nifti1.h, "METHOD 2".
 */
export function qformAffine(fields: OrientationFields): readonly number[] | undefined {
  const rotation = rotationOf(fields.quaternion)
  if (rotation === undefined) return undefined
  const [qfac, dx, dy, dz] = fields.pixdim
  const scale = [dx!, dy!, dz! * qfac!]
  const rows = [0, 1, 2].map((row) => [
    ...scale.map((size, column) => rotation[row * 3 + column]! * size),
    fields.qoffset[row]!,
  ])
  return [...rows.flat(), 0, 0, 0, 1]
}

function rotationOf([b, c, d]: OrientationFields['quaternion']): number[] | undefined {
  const rest = 1 - (b * b + c * c + d * d)
  // Negated so that NaN is refused too.
  if (!(rest >= -quaternionSlack)) return undefined
  const w = Math.sqrt(Math.max(0, rest))
  const s = 2 / (w * w + b * b + c * c + d * d)
  return [
    ...[1 - s * (c * c + d * d), s * (b * c - w * d), s * (b * d + w * c)],
    ...[s * (b * c + w * d), 1 - s * (b * b + d * d), s * (c * d - w * b)],
    ...[s * (b * d - w * c), s * (c * d + w * b), 1 - s * (b * b + c * c)],
  ]
}

/** Neither form is set: voxel sizes, x flipped (radiological storage is assumed), origin at the centre of the grid. */
function baseAffine(fields: OrientationFields): readonly number[] {
  const sizes = [0, 1, 2].map((axis) => (axis < fields.shape.length ? fields.pixdim[axis + 1]! : 1))
  const signed = [-sizes[0]!, sizes[1]!, sizes[2]!]
  return [0, 1, 2]
    .flatMap((row) => {
      const origin = -(((fields.shape[row] ?? 1) - 1) / 2) * signed[row]!
      return [0, 1, 2, 3].map((column) =>
        column === 3 ? origin : column === row ? signed[row]! : 0,
      )
    })
    .concat([0, 0, 0, 1])
}

/**
 * Lengths of the three voxel edges.
 *
 * @param affine - 16 numbers, row-major.
 * @returns Millimetres along x, y and z of the grid.
 * @throws Never.
 */
export function voxelSizeOf(affine: readonly number[]): readonly [number, number, number] {
  const edge = (column: number): number =>
    Math.hypot(affine[column]!, affine[4 + column]!, affine[8 + column]!)
  return [edge(0), edge(1), edge(2)]
}

/**
 * Tells whether an affine is finite and can be inverted.
 *
 * @param affine - 16 numbers, row-major.
 * @returns Whether it maps voxels to distinct places.
 * @throws Never.
 */
export function isUsableAffine(affine: readonly number[]): boolean {
  if (!affine.every(Number.isFinite)) return false
  const [a, b, c, , d, e, f, , g, h, i] = affine as number[]
  const determinant = a! * (e! * i! - f! * h!) - b! * (d! * i! - f! * g!) + c! * (d! * h! - e! * g!)
  const volume = voxelSizeOf(affine).reduce((product, size) => product * size, 1)
  return volume > 0 && Math.abs(determinant) > 1e-9 * volume
}
