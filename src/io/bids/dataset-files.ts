/** A BIDS folder -> the files that concern functional runs, with what their names and places say. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseBidsName, type BidsName } from './entities.ts'

/** A file of a dataset whose name follows BIDS. */
export interface BidsFile extends BidsName {
  readonly path: string
  /** Folders below the root of its dataset: [], ['sub-01'], ['sub-01', 'func'], ['sub-01', 'ses-1', 'func']. */
  readonly folders: readonly string[]
}

/** The files of a dataset: those at the root, and those of each subject. */
export interface DatasetFiles {
  readonly root: string
  /** Labels of all subjects with a folder, sorted. */
  readonly subjects: readonly string[]
  readonly shared: readonly BidsFile[]
  readonly ofSubject: ReadonlyMap<string, readonly BidsFile[]>
}

/**
 * Lists the files of a dataset that bear on functional runs: root, subject, session and `func` folders. Links are followed.
 *
 * @param root - The folder.
 * @param wanted - Labels of the subjects to list; undefined for all.
 * @returns The files, sorted by path.
 * @throws The error of the file system when `root` cannot be listed.
 */
export async function listDataset(
  root: string,
  wanted: readonly string[] | undefined,
): Promise<DatasetFiles> {
  const names = await readdir(root)
  const subjects = labels(names, 'sub')
  const listed = subjects.filter((subject) => wanted === undefined || wanted.includes(subject))
  const files = await Promise.all(
    listed.map(async (subject) => [subject, await listSubject(root, `sub-${subject}`)] as const),
  )
  return { root, subjects, shared: bidsFiles(root, [], names), ofSubject: new Map(files) }
}

/**
 * The files that may concern a file, by the place where they lie.
 *
 * @param dataset - The dataset.
 * @param subject - Label of the subject.
 * @returns Files at the root, then those of the subject.
 * @throws Never.
 */
export function filesFor(dataset: DatasetFiles, subject: string): readonly BidsFile[] {
  return [...dataset.shared, ...(dataset.ofSubject.get(subject) ?? [])]
}

async function listSubject(root: string, subject: string): Promise<readonly BidsFile[]> {
  const own = await listFolder(root, [subject])
  const sessions = labels(own.names, 'ses').map((session) => `ses-${session}`)
  const folders = [
    [subject, 'func'],
    ...sessions.flatMap((session) => [
      [subject, session],
      [subject, session, 'func'],
    ]),
  ]
  const below = await Promise.all(folders.map((parts) => listFolder(root, parts)))
  return [own, ...below].flatMap(({ files }) => files)
}

async function listFolder(
  root: string,
  folders: readonly string[],
): Promise<{ names: readonly string[]; files: readonly BidsFile[] }> {
  const names = await readdir(join(root, ...folders)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
  return { names, files: bidsFiles(root, folders, names) }
}

function bidsFiles(
  root: string,
  folders: readonly string[],
  names: readonly string[],
): readonly BidsFile[] {
  return [...names].sort().flatMap((name) => {
    const parsed = parseBidsName(name)
    return parsed === undefined ? [] : [{ ...parsed, path: join(root, ...folders, name), folders }]
  })
}

/** Labels of the folders `key-<label>`; files such as fMRIPrep's report `sub-01.html` are none. */
function labels(names: readonly string[], key: string): readonly string[] {
  const folder = new RegExp(`^${key}-([a-zA-Z0-9+]+)$`)
  return names.flatMap((name) => folder.exec(name)?.[1] ?? []).sort()
}
