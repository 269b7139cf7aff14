/** Where a result came from: version, engine, data, and the known truth where data were simulated. */
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pipeline } from '../core/schemas/pipeline.ts'
import type { Report } from '../core/schemas/report.ts'
import { openEngine } from '../engine/index.ts'
import type { DatasetRecord } from './dataset.ts'
import { packageDir } from './package-dir.ts'

/**
 * The version of limbic.
 *
 * @returns As in package.json.
 * @throws Never.
 */
export function limbicVersion(): string {
  const text = readFileSync(join(packageDir, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/**
 * Counts of a dataset for the report.
 *
 * @param dataset - The recorded dataset.
 * @returns Subjects, runs and volumes; unlabelled volumes of labelled runs count as dropped.
 * @throws Never.
 */
export function describeData(dataset: DatasetRecord): Report['data'] {
  const runs = dataset.subjects.flatMap((subject) => subject.runs)
  const labelled = runs.filter((run) => run.labels.some((label) => label >= 0))
  const count = (keep: (label: number) => boolean): number =>
    labelled.reduce((sum, run) => sum + run.labels.filter(keep).length, 0)
  return {
    dataset: dataset.name,
    subjects: dataset.subjects.map(({ subject }) => subject),
    nRuns: runs.length,
    nVolumes: runs.reduce((sum, run) => sum + run.nVolumes, 0),
    nLabelledVolumes: count((label) => label >= 0),
    nDroppedVolumes: count((label) => label < 0),
    trSeconds: dataset.trSeconds,
  }
}

/**
 * The engine that ran the networks, or a sentence that none was needed.
 *
 * @param pipeline - The pipeline.
 * @returns One line.
 * @throws {LimbicError} As `openEngine`.
 */
export async function describeEngine(pipeline: Pipeline): Promise<string> {
  const { model, baselines } = pipeline.classify
  const isNetwork = (name: string): boolean => name === 'cnn1d' || name === 'resnet3d'
  if (![model, ...baselines].some(isNetwork)) return 'none (linear models)'
  return (await openEngine(pipeline.engine)).description
}

/**
 * The accuracy of the true-parameter classifier, which simulated datasets carry.
 *
 * @param bids - The BIDS folder.
 * @param classes - The classes that are decoded.
 * @returns The oracle, or null for data that were measured, and where it told other classes apart than these.
 * @throws Never.
 */
export async function readOracle(
  bids: string,
  classes: readonly string[],
): Promise<Report['oracle']> {
  const source = join('derivatives', 'ground-truth', 'oracle.json')
  const file = join(bids, source)
  if (!existsSync(file)) return null
  const oracle = JSON.parse(await readFile(file, 'utf8')) as { accuracy: number; classes: string[] }
  const isSame = oracle.classes.length === classes.length
  if (!isSame || oracle.classes.some((name) => !classes.includes(name))) return null
  return { accuracy: oracle.accuracy, source: source.replaceAll('\\', '/') }
}
