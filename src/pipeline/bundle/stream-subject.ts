/** A bundle, a dataset and a subject that the bundle has never seen -> calibration, then every scored run decoded volume by volume. */
import type { Emit } from '../../core/events.ts'
import { runKeys } from '../../evaluate/protocol/subject-data.ts'
import { openDataset, recordDataset } from '../dataset.ts'
import { predictImage } from './predict-image.ts'
import { calibrateNewSubject, readBundle } from './read-bundle.ts'

/** What streaming a subject showed. */
export interface StreamResult {
  readonly nVolumes: number
  /** Over the labelled volumes. */
  readonly accuracy: number
  readonly latencyMs: { readonly p50: number; readonly p95: number }
}

/**
 * Calibrates a new subject and decodes its evaluation runs as they would arrive.
 *
 * @param dir - The bundle.
 * @param bids - The dataset of the subject.
 * @param subject - Its label.
 * @param cacheDir - Where masked series may be kept.
 * @param emit - Told of progress.
 * @returns Accuracy and latency from volume in memory to probabilities.
 * @throws {LimbicError} As `calibrateNewSubject` and `predictImage`.
 */
export async function streamSubject(
  dir: string,
  bids: string,
  subject: string,
  cacheDir: string,
  emit: Emit,
): Promise<StreamResult> {
  const bundle = await readBundle(dir)
  const { data, ...rest } = bundle.pipeline
  const pipeline = { ...rest, data: { ...data, subjects: [subject], exclude: [] } }
  const record = await recordDataset(bids, pipeline, cacheDir, emit)
  const [{ rotations }] = openDataset(record, pipeline) as [ReturnType<typeof openDataset>[number]]
  const toDecode = runKeys(rotations[0]!.evaluation)
  const calibration = await calibrateNewSubject(bundle, bids, subject, cacheDir, emit, toDecode)
  const latencies: number[] = []
  let hits = 0
  let nLabelled = 0
  for (const run of rotations[0]!.evaluation) {
    const { runs, minimal } = record.subjects[0]!
    const bold = minimal?.raw[run.key] ?? runs.find(({ key }) => key === run.key)!.bold
    for await (const { volume, best, latencyMs } of predictImage(bundle, calibration, bold)) {
      const label = run.labels[volume]!
      latencies.push(latencyMs)
      if (label < 0) continue
      nLabelled += 1
      if (best === label) hits += 1
    }
  }
  return {
    nVolumes: latencies.length,
    accuracy: hits / nLabelled,
    latencyMs: { p50: quantile(latencies, 0.5), p95: quantile(latencies, 0.95) },
  }
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!
}
