/** A BOLD file and the files around it -> a run with its companions, and what is wrong with it. */
import {
  createFinding,
  isLimbicError,
  type Finding,
  type Severity,
} from '../../core/errors/index.ts'
import { formatRunKey, type RunId } from '../../core/types.ts'
import { checkNiftiSize, readNiftiHeader, type NiftiHeader } from '../nifti/index.ts'
import type { BidsFile } from './dataset-files.ts'
import { applicableFiles, readSidecar, type JsonReader } from './inheritance.ts'
import type { BidsRun } from './types.ts'

/** Where to look for the companions of a BOLD file. */
export interface RunSources {
  /** Files of the raw dataset: events, sidecars. */
  readonly raw: readonly BidsFile[]
  /** Files of the derivative dataset, when the BOLD file comes from there. */
  readonly derivatives: readonly BidsFile[] | undefined
  readonly readJson: JsonReader
}

/** A run, unless it cannot be used, and the findings about it. */
export interface BuiltRun {
  readonly run: BidsRun | undefined
  readonly findings: readonly Finding[]
}

// Writers round TR to milliseconds; more than that is a contradiction.
const trToleranceSeconds = 1e-3

/**
 * Collects what belongs to one BOLD file: header, sidecar, events, and, from derivatives, mask and confounds.
 *
 * @param id - The run.
 * @param bold - Its BOLD file.
 * @param sources - Where its companions may lie.
 * @returns The run (undefined when its image or its repetition time cannot be used) and all findings about it.
 * @throws The error of the file system when a file cannot be read for reasons that are not in the data.
 */
export async function buildRun(id: RunId, bold: BidsFile, sources: RunSources): Promise<BuiltRun> {
  const findings: Finding[] = []
  const companions = findCompanions(bold, sources, findings)
  const header = await collect('error', findings, () => readCompleteHeader(bold.path))
  const sidecar = await collect('error', findings, async () => ({
    ...(await readSidecar(sources.raw, bold, sources.readJson)),
    ...(await readSidecar(sources.derivatives ?? [], bold, sources.readJson)),
  }))
  if (header === undefined || sidecar === undefined) return { run: undefined, findings }
  const isSeries = header.shape.length === 4 && header.nVolumes > 1
  if (!isSeries)
    findings.push(
      createFinding('error', 'BOLD_NOT_4D', {
        file: bold.path,
        found: `[${header.shape.join(', ')}]`,
      }),
    )
  const trSeconds = findRepetitionTime(bold.path, header, sidecar, findings)
  if (trSeconds === undefined || !isSeries) return { run: undefined, findings }
  const run = {
    id,
    key: formatRunKey(id),
    bold: bold.path,
    ...companions,
    sidecar,
    trSeconds,
    header,
    nVolumes: header.nVolumes,
  }
  return { run, findings }
}

/**
 * Runs a read and keeps a LimbicError as a finding.
 *
 * @param severity - Of the finding.
 * @param findings - Where the finding goes.
 * @param read - The read.
 * @returns Its result, or undefined when it failed.
 * @throws Any error that is not a LimbicError.
 */
export async function collect<T>(
  severity: Severity,
  findings: Finding[],
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (!isLimbicError(error)) throw error
    findings.push(createFinding(severity, error.code, error.details))
    return undefined
  }
}

async function readCompleteHeader(file: string): Promise<NiftiHeader> {
  const header = await readNiftiHeader(file)
  await checkNiftiSize(header)
  return header
}

function findCompanions(
  bold: BidsFile,
  { raw, derivatives }: RunSources,
  findings: Finding[],
): Pick<BidsRun, 'events' | 'confounds' | 'mask'> {
  const all = [...raw, ...(derivatives ?? [])]
  const events = applicableFiles(all, bold, ['events'], ['.tsv']).at(-1)
  if (events === undefined && !isRest(bold))
    findings.push(
      createFinding('error', 'EVENTS_MISSING', {
        bold: bold.path,
        expected: `${rawStem(bold)}_events.tsv`,
      }),
    )
  if (derivatives === undefined) return pathsOf({ events })
  const confounds = findConfounds(derivatives, bold)
  const mask = findBrainMask(derivatives, bold)
  const wanted = { 'a confounds table (desc-confounds_timeseries.tsv)': confounds }
  for (const [expected, file] of Object.entries({
    ...wanted,
    'a brain mask (desc-brain_mask.nii.gz)': mask,
  }))
    if (file === undefined)
      findings.push(createFinding('warning', 'DERIVATIVE_MISSING', { bold: bold.path, expected }))
  return pathsOf({ events, confounds, mask })
}

/** Resting runs have no events by nature; the label that BIDS asks for them starts with rest. */
function isRest(bold: BidsFile): boolean {
  return bold.entities.task?.toLowerCase().startsWith('rest') === true
}

/** fMRIPrep wrote `desc-confounds_timeseries` (since 20.2), `desc-confounds_regressors` and, early on, a bare suffix. */
function findConfounds(files: readonly BidsFile[], bold: BidsFile): BidsFile | undefined {
  const suffixes = ['timeseries', 'regressors', 'confounds']
  const tables = applicableFiles(files, bold, suffixes, ['.tsv'], ['desc'])
  const named = tables.filter(({ entities }) => entities.desc === 'confounds')
  return (
    named.length > 0 ? named : tables.filter(({ entities }) => entities.desc === undefined)
  ).at(-1)
}

function findBrainMask(files: readonly BidsFile[], bold: BidsFile): BidsFile | undefined {
  const masks = applicableFiles(files, bold, ['mask'], ['.nii', '.nii.gz'], ['desc', 'label'])
  // A mask of another space would have been refused above only if it named that space.
  return masks
    .filter(({ entities }) => entities.desc === 'brain' || entities.label === 'brain')
    .filter(({ entities }) => entities.space === bold.entities.space)
    .at(-1)
}

function findRepetitionTime(
  file: string,
  header: NiftiHeader,
  sidecar: Readonly<Record<string, unknown>>,
  findings: Finding[],
): number | undefined {
  const stated = sidecar.RepetitionTime
  const inHeader = header.trSeconds
  if (typeof stated !== 'number' || !(stated > 0)) {
    if (inHeader !== undefined) return inHeader
    const found =
      'VolumeTiming' in sidecar
        ? 'VolumeTiming (volumes at uneven times), which limbic cannot use'
        : 'neither'
    findings.push(createFinding('error', 'TR_MISSING', { file, found }))
    return undefined
  }
  if (inHeader !== undefined && Math.abs(stated - inHeader) > trToleranceSeconds)
    findings.push(
      createFinding('error', 'TR_MISMATCH', {
        file,
        expected: `${stated} s, RepetitionTime of the sidecar`,
        found: `${Number(inHeader.toPrecision(6))} s in the header`,
      }),
    )
  return stated
}

function pathsOf(
  files: Record<string, BidsFile | undefined>,
): Pick<BidsRun, 'events' | 'confounds' | 'mask'> {
  const there = Object.entries(files).filter(([, file]) => file !== undefined)
  return Object.fromEntries(there.map(([name, file]) => [name, file!.path]))
}

/** The name that the raw BOLD file has without its suffix: what derivatives add to names does not belong in that of events. */
function rawStem({ entities }: BidsFile): string {
  const added = ['space', 'desc', 'res', 'den', 'label', 'echo', 'part']
  return Object.entries(entities)
    .filter(([key]) => !added.includes(key))
    .map(([key, label]) => `${key}-${label}`)
    .join('_')
}
