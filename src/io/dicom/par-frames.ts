/** Lines of a PAR file -> frames with DICOM positions (left, posterior and superior positive). */
import type { ParHeader, ParImage } from './parse-par.ts'
import type { DicomFrame, ImageKind, Vector3 } from './types.ts'
import { moved } from './vectors.ts'

/**
 * The frames of a PAR file.
 *
 * @param par - The header.
 * @param fileNumber - Number of the file, where a run has one file for each volume.
 * @returns The frames, in the order of the lines.
 * @throws Never.
 */
export function framesOfPar(par: ParHeader, fileNumber?: number): DicomFrame[] {
  const dynamics = new Set(par.images.map(({ dynamic }) => dynamic))
  return par.images.map((image) => {
    const time = dynamics.size === 1 && fileNumber !== undefined ? fileNumber : image.dynamic
    return frameOf(image, time, image.echoTime / (par.isInSeconds ? 1 : 1000))
  })
}

function frameOf(image: ParImage, time: number, echoTime: number): DicomFrame {
  const { columns, rows, orientation } = image
  const axes = axesOf(image.angulation)
  // In the plane of the slice: right to left and anterior to posterior, and so on for the other orientations.
  const rowDirection = orientation === 2 ? axes[1] : axes[0]
  const columnDirection = orientation === 1 ? axes[1] : negative(axes[2])
  const [ap, fh, rl] = image.offCentre
  const toCorner = moved(
    moved([rl, ap, fh], rowDirection, (-(columns - 1) / 2) * image.spacing[0]),
    columnDirection,
    (-(rows - 1) / 2) * image.spacing[1],
  )
  return {
    columns,
    rows,
    position: toCorner,
    rowDirection,
    columnDirection,
    pixelSpacing: [image.spacing[1], image.spacing[0]],
    sliceSpacingMm: image.thicknessMm + image.gapMm,
    sliceThicknessMm: image.thicknessMm,
    kind: kindOf(image),
    timeKey: [time],
    slope: image.slope,
    intercept: image.intercept,
    pixelOffset: image.recIndex * rows * columns,
    pixelStride: columns,
    ...(echoTime > 0 && { echoTimeSeconds: Number(echoTime.toPrecision(6)) }),
    ...(image.scaleSlope > 0 && { scaleSlope: image.scaleSlope }),
  }
}

/**
 * The axes of a turned Philips stack.
 *
 * @param angulation - Degrees about the anterior-posterior, feet-head and right-left axes.
 * @returns Where the left, posterior and superior axes point: the columns of Rx(rl) Ry(ap) Rz(fh).
 * @throws Never.
 * @remarks The order of the rotations is that of Philips' own DICOM export, which states both the angles and the resulting axes.
 */
export function axesOf(
  angulation: readonly [number, number, number],
): readonly [Vector3, Vector3, Vector3] {
  const [ap, fh, rl] = angulation.map((degrees) => (degrees * Math.PI) / 180) as [
    number,
    number,
    number,
  ]
  const turn = (v: Vector3): Vector3 => aboutX(aboutY(aboutZ(v, fh), ap), rl)
  return [turn([1, 0, 0]), turn([0, 1, 0]), turn([0, 0, 1])]
}

function aboutX([x, y, z]: Vector3, a: number): Vector3 {
  return [x, y * Math.cos(a) - z * Math.sin(a), y * Math.sin(a) + z * Math.cos(a)]
}

function aboutY([x, y, z]: Vector3, a: number): Vector3 {
  return [x * Math.cos(a) + z * Math.sin(a), y, -x * Math.sin(a) + z * Math.cos(a)]
}

function aboutZ([x, y, z]: Vector3, a: number): Vector3 {
  return [x * Math.cos(a) - y * Math.sin(a), x * Math.sin(a) + y * Math.cos(a), z]
}

function negative([x, y, z]: Vector3): Vector3 {
  return [-x, -y, -z]
}

/** Research exports number their types otherwise; a phase then shows by its range of -3142 to 3142 milliradians. */
function kindOf({ type, intercept }: ParImage): ImageKind {
  const known = (['magnitude', 'real', 'imaginary', 'phase'] as const)[type]
  return known ?? (intercept < 0 ? 'phase' : 'magnitude')
}
