/** A BIDS folder -> its runs with their companions, and everything that is wrong with them, without reading voxels. */
import { stat } from 'node:fs/promises'
import { basename, isAbsolute, join, resolve } from 'node:path'
import { createFinding, LimbicError, type Finding } from '../../core/errors/index.ts'
import { formatRunKey } from '../../core/types.ts'
import { readTsv, tsvRecords } from '../tsv.ts'
import { buildRun, collect, type BuiltRun } from './build-run.ts'
import { checkAgreement, checkMask } from './consistency.ts'
import { filesFor, listDataset, type DatasetFiles } from './dataset-files.ts'
import { createJsonReader, type JsonReader } from './inheritance.ts'
import { selectBold, type BoldFile } from './select-bold.ts'
import type { BidsDataset, BidsOptions, BidsRun } from './types.ts'

// Enough to hide the latency of a network disk, few enough not to run out of file handles.
const filesAtOnce = 8

/**
 * Indexes the BOLD runs of a BIDS dataset, raw or preprocessed by fMRIPrep.
 *
 * @param root - The folder with dataset_description.json.
 * @param options - Which tasks, subjects, space and entities; where the derivatives are.
 * @returns The dataset. What is wrong with the data of any subject is among its findings: missing events, truncated, empty or 3-D
 *   images, repetition times and grids that disagree, masks on another grid, several files for one run. Runs that cannot be read are
 *   left out of `runs`.
 * @throws {LimbicError} `FILE_NOT_FOUND` when `root` or the derivatives are not there.
 * @remarks Reads names, JSON, headers and gzip trailers; an image is read through only when its trailer looks wrong.
 */
export async function indexBids(root: string, options: BidsOptions = {}): Promise<BidsDataset> {
  const raw = await listFolder(root, options.subjects)
  const derivatives =
    options.derivatives === undefined
      ? undefined
      : await listFolder(await findDerivatives(root, options.derivatives), options.subjects)
  const findings: Finding[] = []
  const readJson = createJsonReader()
  const name = await readName(raw, readJson, findings)
  const participants = await readParticipants(raw, findings)
  const subjects = checkSubjects(raw, derivatives ?? raw, options, findings)
  const bold = selectBold(derivatives ?? raw, options, findings)
  const built = await mapLimited(bold, (file) => buildWithMask(file, raw, derivatives, readJson))
  const runs = built.flatMap(({ run }) => (run === undefined ? [] : [run]))
  findings.push(...built.flatMap((result) => result.findings), ...checkAgreement(runs))
  return { root, name, subjects, runs: runs.sort(byKey), participants, findings }
}

async function listFolder(
  folder: string,
  subjects: readonly string[] | undefined,
): Promise<DatasetFiles> {
  const isFolder = await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
  if (!isFolder) throw new LimbicError('FILE_NOT_FOUND', { file: folder })
  return await listDataset(folder, subjects)
}

async function findDerivatives(root: string, derivatives: string): Promise<string> {
  if (isAbsolute(derivatives)) return derivatives
  const inside = join(root, derivatives)
  const isInside = await stat(inside).then(
    () => true,
    () => false,
  )
  return isInside ? inside : resolve(derivatives)
}

async function readName(
  { root }: DatasetFiles,
  readJson: JsonReader,
  findings: Finding[],
): Promise<string> {
  const file = join(root, 'dataset_description.json')
  const fallback = basename(resolve(root))
  if (!(await exists(file))) {
    findings.push(createFinding('warning', 'BIDS_DESCRIPTION_MISSING', { root }))
    return fallback
  }
  const description = await collect('warning', findings, () => readJson(file))
  const name = description?.Name
  return typeof name === 'string' && name.trim() !== '' ? name : fallback
}

async function readParticipants(
  { root }: DatasetFiles,
  findings: Finding[],
): Promise<BidsDataset['participants']> {
  const file = join(root, 'participants.tsv')
  if (!(await exists(file))) return []
  const table = await collect('warning', findings, () => readTsv(file))
  return table === undefined ? [] : tsvRecords(table)
}

/** Says which of the subjects asked for are there, and complains about the others. */
function checkSubjects(
  raw: DatasetFiles,
  source: DatasetFiles,
  { subjects: wanted }: BidsOptions,
  findings: Finding[],
): readonly string[] {
  const there = source.subjects
  if (there.length === 0)
    findings.push(
      createFinding('error', 'BIDS_NO_SUBJECTS', {
        root: source.root,
        expected: 'folders sub-<label>',
        found: 'none',
      }),
    )
  for (const subject of (wanted ?? []).filter((label) => !there.includes(label)))
    findings.push(
      createFinding('error', 'BIDS_SUBJECT_UNKNOWN', { root: source.root, subject, found: there }),
    )
  const missing = source === raw || wanted !== undefined ? [] : raw.subjects
  for (const subject of missing.filter((label) => !there.includes(label)))
    findings.push(
      createFinding('warning', 'BIDS_SUBJECT_UNKNOWN', {
        root: source.root,
        subject,
        found: there,
      }),
    )
  return there.filter((label) => wanted === undefined || wanted.includes(label))
}

async function buildWithMask(
  { id, file }: BoldFile,
  raw: DatasetFiles,
  derivatives: DatasetFiles | undefined,
  readJson: JsonReader,
): Promise<BuiltRun> {
  const built = await buildRun(id, file, {
    raw: filesFor(raw, id.subject),
    derivatives: derivatives === undefined ? undefined : filesFor(derivatives, id.subject),
    readJson,
  })
  if (built.run === undefined) return built
  return { run: built.run, findings: [...built.findings, ...(await checkMask(built.run))] }
}

/** Maps items in order, a few at a time. */
async function mapLimited<T, R>(
  items: readonly T[],
  map: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const i = next++
      results[i] = await map(items[i]!)
    }
  }
  await Promise.all(Array.from({ length: filesAtOnce }, work))
  return results
}

function byKey(a: BidsRun, b: BidsRun): number {
  const [left, right] = [formatRunKey(a.id), formatRunKey(b.id)]
  return left < right ? -1 : left > right ? 1 : 0
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}
