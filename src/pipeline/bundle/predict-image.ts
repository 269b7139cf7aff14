/** A NIfTI run -> class probabilities volume by volume, each from itself and earlier volumes only. */
import type { Calibration } from '../../evaluate/protocol/calibration.ts'
import { readNiftiHeader, readVolumes } from '../../io/nifti/index.ts'
import { openOnce } from '../fold-task.ts'
import { assertSameGrid, type Bundle } from './read-bundle.ts'
import { createVolumeDecoder } from './volume-decoder.ts'

/** What was decoded from one volume. */
export interface VolumePrediction {
  /** 0-based index in the run. */
  readonly volume: number
  /** Per class, in the order of the manifest; they sum to 1. */
  readonly probabilities: Float64Array
  /** Index of the most probable class. */
  readonly best: number
  /** From the volume in memory to its probabilities. */
  readonly latencyMs: number
}

/**
 * Decodes a run volume by volume.
 *
 * @param bundle - The decoder.
 * @param calibration - How the subject reaches it.
 * @param image - NIfTI file of one run, on the decoder's grid.
 * @returns Predictions in the order of the volumes.
 * @throws {LimbicError} `BUNDLE_GRID_MISMATCH`, and as the NIfTI reader.
 */
export async function* predictImage(
  bundle: Bundle,
  calibration: Calibration,
  image: string,
): AsyncGenerator<VolumePrediction> {
  const header = await readNiftiHeader(image)
  assertSameGrid(bundle.manifest, header.grid, image)
  const decoder = await createVolumeDecoder(bundle, calibration, openOnce(bundle.pipeline.engine))
  try {
    for await (const { index, data } of readVolumes(image)) {
      const started = performance.now()
      const probabilities = await decoder.decode(data)
      const latencyMs = performance.now() - started
      yield { volume: index, probabilities, best: indexOfMax(probabilities), latencyMs }
    }
  } finally {
    decoder.dispose()
  }
}

function indexOfMax(values: Float64Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0)
}
