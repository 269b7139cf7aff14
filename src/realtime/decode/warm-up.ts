/** A decoder that has just been loaded -> one that has run: what runs for the first time is slow, and would make the first volumes late. */
import { createRng } from '../../core/rng.ts'
import type { Grid } from '../../core/types.ts'
import type { Engine } from '../../engine/index.ts'
import { createVolumeDecoder, type VolumeDecoder } from '../../pipeline/bundle/volume-decoder.ts'
import type { DecoderOptions } from './decoder-port.ts'
import { createLivePreprocessor, type resolveRealign } from './live-preprocessor.ts'

const nVolumes = 5

/**
 * Runs a decoder a few times on made-up volumes.
 *
 * @param options - Of the decoder.
 * @param realign - What volumes are realigned to.
 * @param decoder - The decoder, when it has no memory of the run.
 * @param openEngine - Opens a second decoder for the purpose, when the first must not see what is no volume of its run.
 * @returns When it has run; nothing that a run depends on was changed.
 * @throws {LimbicError} As `createVolumeDecoder`.
 */
export async function warmUp(
  { bundle, calibration }: Pick<DecoderOptions, 'bundle' | 'calibration'>,
  realign: ReturnType<typeof resolveRealign>,
  decoder: VolumeDecoder,
  openEngine: (() => Promise<Engine>) | undefined,
): Promise<void> {
  const { grid } = bundle.manifest
  // A realigner of its own, so that the run's is as new.
  const preprocess = createLivePreprocessor(realign === 'none' ? 'none' : 'first')
  const spare =
    openEngine === undefined
      ? undefined
      : await createVolumeDecoder(bundle, calibration, openEngine)
  for (let index = 0; index < nVolumes; index++) {
    const { data } = preprocess({ index, grid, data: madeUpVolume(grid, index) })
    await (spare ?? decoder).decode(data)
  }
  spare?.dispose()
}

/** A textured ellipsoid that moves a little from volume to volume, as a head does. */
function madeUpVolume({ shape }: Pick<Grid, 'shape'>, index: number): Float32Array {
  const [nx, ny, nz] = shape
  const rng = createRng(index)
  const at = (i: number, n: number): number => (2 * i + 0.2 * index) / Math.max(1, n - 1) - 1
  return Float32Array.from({ length: nx * ny * nz }, (_, i) => {
    const [x, y] = [at(i % nx, nx), at(Math.floor(i / nx) % ny, ny)]
    const z = at(Math.floor(i / (nx * ny)), nz)
    const texture = 100 * Math.sin(9 * x) * Math.cos(7 * y) * Math.sin(5 * z + 1)
    return (x * x + y * y + z * z < 0.7 ? 1000 + texture : 40) + 10 * rng.uniform()
  })
}
