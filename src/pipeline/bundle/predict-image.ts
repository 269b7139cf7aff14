/** A NIfTI run -> class probabilities volume by volume, each from itself and earlier volumes only. */
import { basename } from 'node:path'
import { LimbicError } from '../../core/errors/index.ts'
import type { Calibration } from '../../evaluate/protocol/calibration.ts'
import { formatGrid } from '../../evaluate/protocol/same-grid.ts'
import { parseBidsName } from '../../io/bids/index.ts'
import { readNiftiHeader, readVolumes, type NiftiHeader } from '../../io/nifti/index.ts'
import { createCausalPreprocessor } from '../../preprocess/causal-preprocessor.ts'
import { compareGrids } from '../../preprocess/resample/index.ts'
import { openOnce } from '../fold-task.ts'
import { preprocessingOf } from '../preprocess/subject-preprocessing.ts'
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
 * @param image - NIfTI file of one run, on the decoder's grid: as measured, or one that is named `desc-preproc` and taken as it is.
 * @returns Predictions in the order of the volumes. Where the pipeline preprocesses by itself (`data.preprocess: minimal`), every volume of a raw run
 *   goes through the same causal preprocessing first, realigned to the reference of the calibration.
 * @throws {LimbicError} `BUNDLE_GRID_MISMATCH`; `CALIBRATION_REFERENCE_MISSING`; as the NIfTI reader and `preprocessingOf`.
 */
export async function* predictImage(
  bundle: Bundle,
  calibration: Calibration,
  image: string,
): AsyncGenerator<VolumePrediction> {
  const header = await readNiftiHeader(image)
  assertSameGrid(bundle.manifest, header.grid, image)
  const preprocess = await preparePreprocessing(bundle, calibration, image, header)
  const decoder = await createVolumeDecoder(bundle, calibration, openOnce(bundle.pipeline.engine))
  try {
    for await (const { index, data } of readVolumes(image)) {
      const started = performance.now()
      const probabilities = await decoder.decode(preprocess(data, index))
      const latencyMs = performance.now() - started
      yield { volume: index, probabilities, best: indexOfMax(probabilities), latencyMs }
    }
  } finally {
    decoder.dispose()
  }
}

/** The preprocessing of one run: nothing, but for raw runs of pipelines that preprocess by themselves. */
async function preparePreprocessing(
  { pipeline }: Bundle,
  { preprocessing, subject }: Calibration,
  image: string,
  header: NiftiHeader,
): Promise<(volume: Float32Array, index: number) => Float32Array> {
  if (pipeline.data.preprocess !== 'minimal' || isPreprocessed(image)) return (volume) => volume
  if (preprocessing === undefined)
    throw new LimbicError('CALIBRATION_REFERENCE_MISSING', { subject, image })
  if (!compareGrids(preprocessing.grid, header.grid).isSame)
    throw new LimbicError('BUNDLE_GRID_MISMATCH', {
      image,
      expected: `${formatGrid(preprocessing.grid)}, as the calibration of sub-${subject}`,
      found: formatGrid(header.grid),
    })
  const options = await preprocessingOf(preprocessing, image, header)
  const preprocessor = createCausalPreprocessor(options)
  return (volume, index) => preprocessor.next(volume, index).volume
}

function isPreprocessed(image: string): boolean {
  return parseBidsName(basename(image))?.entities.desc === 'preproc'
}

function indexOfMax(values: Float64Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0)
}
