/** Images in the order in which AFNI gets them (slices or volumes, channels in turn) -> float32 volumes of one channel, x fastest. */
import { hostIsBigEndian, swapBytes } from '../../../io/endian.ts'
import { datumBytes, type AfniRun } from './run-commands.ts'

export interface VolumeBuilder {
  /** Adds the next image, and gives the volume that it completes; null as long as there is none. */
  add(image: Uint8Array): Float32Array | null
  /** Slices of the volume that is not complete. */
  readonly nSlices: number
}

/**
 * Makes a builder for one run.
 *
 * @param run - What the images are.
 * @param channel - Which channel is kept, 0-based; images of others are counted and let go.
 * @returns The builder.
 * @throws Never.
 */
export function createVolumeBuilder(run: AfniRun, channel: number): VolumeBuilder {
  const [nx, ny, nz] = run.grid.shape
  let nImages = 0
  let nSlices = 0
  let volume = new Float32Array(nx * ny * nz)

  const add = (image: Uint8Array): Float32Array | null => {
    const isWanted = nImages % run.nChannels === channel
    nImages += 1
    if (!isWanted) return null
    const values = valuesOf(image, run)
    if (!run.isSliced) return values
    const z = run.sliceOrder[nSlices] ?? 0
    volume.set(values, z * nx * ny)
    nSlices += 1
    if (nSlices < nz) return null
    const complete = volume
    volume = new Float32Array(nx * ny * nz)
    nSlices = 0
    return complete
  }
  return {
    add,
    get nSlices() {
      return nSlices
    },
  }
}

function valuesOf(image: Uint8Array, { datum, isBigEndian }: AfniRun): Float32Array {
  const bytes = Uint8Array.from(image)
  if (isBigEndian !== hostIsBigEndian) swapBytes(bytes, datumBytes[datum])
  if (datum === 'byte') return Float32Array.from(bytes)
  if (datum === 'short') return Float32Array.from(new Int16Array(bytes.buffer))
  if (datum === 'int') return Float32Array.from(new Int32Array(bytes.buffer))
  return new Float32Array(bytes.buffer)
}
