/** The frames of a volume -> the grid of the NIfTI image: x along rows, y from the last row to the first, z along the slices, RAS+ millimetres. */
import type { FrameRef } from './frame-refs.ts'
import type { DicomGeometry, Vector3 } from './types.ts'
import { cross, moved } from './vectors.ts'

/**
 * The grid of a volume.
 *
 * @param volume - Its frames in the order of z.
 * @returns Shape, affine and voxel size.
 * @throws Never.
 * @remarks Rows are flipped, as dcm2niix does, so that a head-first supine axial image runs from right, posterior and inferior (x from
 *   left to right is negative). DICOM's left and posterior axes become right and anterior.
 */
export function geometryOf(volume: readonly FrameRef[]): DicomGeometry {
  const { frame } = volume[0]!
  const { rows, columns, rowDirection, columnDirection } = frame
  const [rowSpacing, columnSpacing] = frame.pixelSpacing
  const step = sliceStepOf(volume)
  const origin = moved(frame.position, columnDirection, (rows - 1) * rowSpacing)
  // Adding 0 turns -0 into 0, which would otherwise make equal affines differ as text.
  const affineRow = (axis: 0 | 1 | 2): number[] => {
    const sign = axis === 2 ? 1 : -1
    return [
      rowDirection[axis] * columnSpacing,
      -columnDirection[axis] * rowSpacing,
      step[axis],
      origin[axis],
    ].map((value) => sign * value + 0)
  }
  return {
    shape: [columns, rows, volume.length],
    affine: [...affineRow(0), ...affineRow(1), ...affineRow(2), 0, 0, 0, 1],
    voxelSizeMm: [columnSpacing, rowSpacing, Math.hypot(...step)],
  }
}

function sliceStepOf(volume: readonly FrameRef[]): Vector3 {
  const { frame } = volume[0]!
  const last = volume.at(-1)!.frame.position
  const n = volume.length - 1
  if (n > 0)
    return [
      (last[0] - frame.position[0]) / n,
      (last[1] - frame.position[1]) / n,
      (last[2] - frame.position[2]) / n,
    ]
  const spacing = frame.sliceSpacingMm ?? frame.sliceThicknessMm ?? 1
  return moved([0, 0, 0], cross(frame.rowDirection, frame.columnDirection), spacing)
}

/**
 * How far volumes lie from the first.
 *
 * @param volumes - The volumes, frames in the order of z.
 * @returns The number of volumes more than 0.01 mm away, and the largest distance in millimetres.
 * @throws Never.
 */
export function movementOf(volumes: readonly (readonly FrameRef[])[]): {
  count: number
  mm: number
} {
  const home = volumes[0]![0]!.frame.position
  const distances = volumes.map((volume) => {
    const { position } = volume[0]!.frame
    return Math.hypot(position[0] - home[0], position[1] - home[1], position[2] - home[2])
  })
  return { count: distances.filter((mm) => mm > 0.01).length, mm: Math.max(...distances) }
}
