/** A volume -> its cubic B-spline in WebAssembly memory, from which it can be read at any place; x runs fastest. */
import type { FloatArray, Grid } from '../../core/types.ts'
import { loadWasmModule, wasmPage, type WasmMemory } from '../../math/gemm/wasm-module.ts'

/** The functions of `kernels.as.ts`; numbers that stand for places in memory are byte offsets. */
export interface SplineKernels {
  readonly memory: WasmMemory
  coefficients(c: number, nx: number, ny: number, nz: number, sx: number): void
  smooth(...args: readonly number[]): void
  resample(...args: readonly number[]): number
  accumulate(...args: readonly number[]): number
}

/** Memory for the splines of one grid. It is scratch space: whoever holds it decides what lies where. */
export interface SplineMemory {
  readonly kernels: SplineKernels
  readonly shape: Grid['shape']
  /** Floats in a row of a padded volume. */
  readonly stride: number
  /** Floats in a padded volume. */
  readonly paddedLength: number
  /** Reserves bytes, aligned to 64; all reservations come before the first view. */
  reserve(nBytes: number): number
  /** Floats from a byte offset on; valid until the next reservation. */
  floats(at: number, length: number): Float32Array
  doubles(at: number, length: number): Float64Array
  shorts(at: number, length: number): Uint16Array
}

/**
 * Opens memory of its own for the splines of one grid.
 *
 * @param shape - Voxels along x, y and z.
 * @returns The kernels and a way to reserve memory.
 * @throws {RangeError} When the system refuses the memory, at the reservation.
 */
export function openSplineMemory(shape: Grid['shape']): SplineMemory {
  const url = new URL('../kernels.wasm', import.meta.url)
  const kernels = loadWasmModule(url) as SplineKernels
  const { memory } = kernels
  const stride = Math.ceil((shape[0] + 3) / 4) * 4
  // The first bytes belong to the module.
  let end = 1024
  return {
    kernels,
    shape,
    stride,
    paddedLength: stride * (shape[1] + 3) * (shape[2] + 3),
    reserve(nBytes) {
      const start = end
      end += Math.ceil(nBytes / 64) * 64
      const missing = end - memory.buffer.byteLength
      if (missing > 0) memory.grow(Math.ceil(missing / wasmPage))
      return start
    },
    floats: (at, length) => new Float32Array(memory.buffer, at, length),
    doubles: (at, length) => new Float64Array(memory.buffer, at, length),
    shorts: (at, length) => new Uint16Array(memory.buffer, at, length),
  }
}

/**
 * Puts a volume into padded memory and turns it into spline coefficients.
 *
 * @param space - Memory of the volume's grid.
 * @param at - Byte offset of a padded volume.
 * @param volume - `[nVoxels]`; values that are not finite count as 0.
 * @param scale - Factor on the values.
 * @returns Nothing.
 * @throws Never.
 * @remarks Unser, Aldroubi and Eden (1993), IEEE Trans. Signal Process. 41:821-833; the volume is mirrored at its border voxels. O(nVoxels).
 */
export function fillSpline(
  space: SplineMemory,
  at: number,
  volume: FloatArray,
  scale: number,
): void {
  const { kernels, shape, stride } = space
  const [nx, ny, nz] = shape
  const padded = space.floats(at, space.paddedLength)
  for (let z = 0, from = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      const to = ((z + 1) * (ny + 3) + y + 1) * stride + 1
      for (let x = 0; x < nx; x++, from++) {
        const value = volume[from]! * scale
        // x - x is 0 for finite numbers only.
        padded[to + x] = value - value === 0 ? value : 0
      }
    }
  kernels.coefficients(at, nx, ny, nz, stride)
}

/**
 * Byte length of a padded volume.
 *
 * @param space - Memory of a grid.
 * @returns Bytes.
 * @throws Never.
 */
export function paddedBytes(space: Pick<SplineMemory, 'paddedLength'>): number {
  // The last row may be read a little past its end.
  return space.paddedLength * 4 + 64
}
