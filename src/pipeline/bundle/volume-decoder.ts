/** A bundle and a calibration -> a function from one raw volume to one probability per class. */
import { applyMapper } from '../../align/common-space.ts'
import { LimbicError } from '../../core/errors/index.ts'
import type { Calibration } from '../../evaluate/protocol/calibration.ts'
import { createVolumeScaler } from '../../evaluate/protocol/scale.ts'
import type { Engine } from '../../engine/index.ts'
import { createScorer } from '../../train/classifiers.ts'
import { withFineTuned } from '../../train/fine-tune/last-weights.ts'
import { applyTemperature } from '../../train/temperature.ts'
import type { Bundle } from './read-bundle.ts'

/** Decodes the volumes of one run in the order in which they were acquired. */
export interface VolumeDecoder {
  /**
   * Raw volume (x fastest, all voxels of the grid) -> probability per class, in the order of the manifest's classes. Rejects with
   * `SHAPE_MISMATCH` for a volume of another size, and with `VOLUME_NOT_FINITE` for one most of whose voxels are no numbers, which then
   * counts as not seen; a few such voxels are taken for ones at their mean.
   */
  decode(volume: Float32Array): Promise<Float64Array>
  /** Frees what the classifier holds. */
  dispose(): void
}

/**
 * Makes a decoder for one run.
 *
 * @param bundle - The decoder.
 * @param calibration - How the subject reaches it.
 * @param openEngine - Where networks run; linear models never ask.
 * @returns The decoder; it remembers the volumes so far if the pipeline's baseline is the running mean, so make a new one for each run.
 * @throws {LimbicError} As the classifier.
 */
export async function createVolumeDecoder(
  bundle: Bundle,
  calibration: Calibration,
  openEngine: () => Promise<Engine>,
): Promise<VolumeDecoder> {
  const { classifier, temperature, pipeline } = bundle
  const { voxels } = calibration.selection
  const scale = createVolumeScaler(calibration.scaler, pipeline.clean.baseline, voxels.length)
  const own = withFineTuned(classifier, calibration.fineTuned)
  const score = await createScorer(pipeline.classify.model, own, { openEngine })
  const values = new Float32Array(voxels.length)
  const { shape } = bundle.manifest.grid
  return {
    decode: async (volume) => {
      assertShape(volume, shape)
      for (let i = 0; i < voxels.length; i++) values[i] = volume[voxels[i]!]!
      assertMostlyFinite(values)
      const scaled = { data: scale(values), nRows: 1, nCols: voxels.length }
      const { mapper } = calibration
      const features = mapper === null ? scaled : applyMapper(mapper, scaled)
      const logits = await score.score(features)
      return applyTemperature(logits, temperature).data
    },
    dispose: () => score.dispose(),
  }
}

function assertShape(volume: Float32Array, shape: readonly number[]): void {
  const nVoxels = shape.reduce((product, n) => product * n, 1)
  if (volume.length === nVoxels) return
  throw new LimbicError('SHAPE_MISMATCH', {
    what: 'a volume and the decoder',
    expected: `${shape.join(' x ')} = ${nVoxels} voxels`,
    found: `${volume.length} voxels`,
  })
}

function assertMostlyFinite(values: Float32Array): void {
  const nNotFinite = values.reduce((n, value) => (Number.isFinite(value) ? n : n + 1), 0)
  if (2 * nNotFinite <= values.length) return
  throw new LimbicError('VOLUME_NOT_FINITE', {
    where: 'the volume to decode',
    nNotFinite,
    nVoxels: values.length,
  })
}
