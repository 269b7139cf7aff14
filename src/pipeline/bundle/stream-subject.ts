/** A bundle, a dataset and a subject that the bundle has never seen -> calibration, then every scored run decoded volume by volume. */
import type { Emit } from '../../core/events.ts'
import type { Calibration } from '../../evaluate/protocol/calibration.ts'
import { runKeys } from '../../evaluate/protocol/subject-data.ts'
import { openDataset, recordDataset } from '../dataset.ts'
import { predictImage } from './predict-image.ts'
import { calibrateNewSubject, readBundle, type Bundle } from './read-bundle.ts'

/** A subject whose scored runs are ready to be decoded. */
export interface SubjectStream {
  readonly bundle: Bundle
  readonly calibration: Calibration
  /** The raw image of each scored run, and one class index per volume, -1 for none. */
  readonly runs: readonly { readonly image: string; readonly labels: Int32Array }[]
}

/** What streaming a subject showed. */
export interface StreamResult {
  readonly nVolumes: number
  /** Over the labelled volumes. */
  readonly accuracy: number
  readonly latencyMs: { readonly p50: number; readonly p95: number }
}

/**
 * Calibrates a new subject by its calibration runs.
 *
 * @param dir - The bundle.
 * @param bids - The dataset of the subject.
 * @param subject - Its label.
 * @param cacheDir - Where masked series may be kept.
 * @param emit - Told of progress.
 * @returns The subject's calibration and the runs that it does not know.
 * @throws {LimbicError} As `readBundle` and `calibrateNewSubject`.
 */
export async function openSubjectStream(
  dir: string,
  bids: string,
  subject: string,
  cacheDir: string,
  emit: Emit,
): Promise<SubjectStream> {
  const bundle = await readBundle(dir)
  const { data, ...rest } = bundle.pipeline
  const pipeline = { ...rest, data: { ...data, subjects: [subject], exclude: [] } }
  const record = await recordDataset(bids, pipeline, cacheDir, emit)
  const [{ rotations }] = openDataset(record, pipeline) as [ReturnType<typeof openDataset>[number]]
  const { evaluation } = rotations[0]!
  const toDecode = runKeys(evaluation)
  const calibration = await calibrateNewSubject(bundle, bids, subject, cacheDir, emit, toDecode)
  const { runs, minimal } = record.subjects[0]!
  return {
    bundle,
    calibration,
    runs: evaluation.map(({ key, labels }) => ({
      image: minimal?.raw[key] ?? runs.find((run) => run.key === key)!.bold,
      labels,
    })),
  }
}

/**
 * Decodes a subject's scored runs as they would arrive.
 *
 * @param stream - The subject.
 * @returns Accuracy, and latency from volume in memory to probabilities.
 * @throws {LimbicError} As `predictImage`.
 */
export async function streamSubject(stream: SubjectStream): Promise<StreamResult> {
  const latencies: number[] = []
  let hits = 0
  let nLabelled = 0
  for (const { image, labels } of stream.runs)
    for await (const row of predictImage(stream.bundle, stream.calibration, image)) {
      const label = labels[row.volume]!
      latencies.push(row.latencyMs)
      if (label < 0) continue
      nLabelled += 1
      if (row.best === label) hits += 1
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
