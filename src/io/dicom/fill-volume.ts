/** Stored pixels of the frames of a volume -> its voxels, x fastest, rows from the last to the first, rescaled. */
import type { FrameRef } from './frame-refs.ts'
import type { AssembleOptions, DicomFrame, DicomVolume, StoredPixels } from './types.ts'

/** How the voxels of a series are kept. */
export interface VoxelType {
  /** The array of one volume. */
  readonly Elements: new (length: number) => DicomVolume['data']
  /** Whether stored numbers are values already. */
  readonly isRaw: boolean
  readonly intensity: 'precise' | 'display'
}

/**
 * Chooses the type of the voxels: integers where every rescale is the identity, else float32.
 *
 * @param refs - All frames of the series.
 * @param pixels - Type of the stored pixels of its files, one example.
 * @param options - `intensity`.
 * @returns The type; unsigned numbers of fewer than 16 bits become int16, which every NIfTI reader takes.
 * @throws Never.
 */
export function voxelTypeOf(
  refs: readonly FrameRef[],
  pixels: StoredPixels,
  options: AssembleOptions,
): VoxelType {
  const intensity = options.intensity ?? 'precise'
  const isRaw = refs.every(({ frame }) => {
    const { slope, intercept } = scalingOf(frame, intensity)
    return slope === 1 && intercept === 0
  })
  const isNarrow =
    pixels instanceof Uint16Array && refs.every(({ header }) => header.bitsStored < 16)
  const Elements = !isRaw ? Float32Array : isNarrow ? Int16Array : pixels.constructor
  return { Elements: Elements as VoxelType['Elements'], isRaw, intensity }
}

/**
 * Fills a volume.
 *
 * @param volume - Its frames in the order of z.
 * @param pixelsOf - The stored pixels of an image by its index.
 * @param type - How voxels are kept.
 * @returns One number per voxel.
 * @throws Never.
 * @remarks O(voxels).
 */
export function fillVolume(
  volume: readonly FrameRef[],
  pixelsOf: (image: number) => StoredPixels,
  type: VoxelType,
): DicomVolume['data'] {
  const { columns, rows } = volume[0]!.frame
  const data = new type.Elements(columns * rows * volume.length)
  volume.forEach(({ image, frame }, z) => {
    const stored = pixelsOf(image)
    const { slope, intercept } = type.isRaw
      ? { slope: 1, intercept: 0 }
      : scalingOf(frame, type.intensity)
    for (let row = 0; row < rows; row++) {
      const from = frame.pixelOffset + row * frame.pixelStride
      const to = columns * (rows - 1 - row + rows * z)
      for (let x = 0; x < columns; x++) data[to + x] = slope * stored[from + x]! + intercept
    }
  })
  return data
}

/** Philips: floating point = (slope * stored + intercept) / (slope * scale slope). */
function scalingOf(
  frame: DicomFrame,
  intensity: 'precise' | 'display',
): { slope: number; intercept: number } {
  const { slope, intercept, scaleSlope } = frame
  if (intensity === 'display' || scaleSlope === undefined) return { slope, intercept }
  return { slope: 1 / scaleSlope, intercept: intercept / (slope * scaleSlope) }
}
