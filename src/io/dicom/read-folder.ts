/** A folder of DICOM and PAR/REC files -> its series, whose volumes are read one at a time. */
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import {
  createFinding,
  isLimbicError,
  LimbicError,
  type Finding,
  shortenFindings,
} from '../../core/errors/index.ts'
import { fillVolume, voxelTypeOf, type VoxelType } from './fill-volume.ts'
import type { ImageOutline } from './frame-refs.ts'
import { notDicom } from './parse-dicom.ts'
import { isParFile, readParRec } from './par-rec.ts'
import { notPar } from './parse-par.ts'
import { planSeries, type SeriesPlan } from './plan-series.ts'
import { present } from './present.ts'
import { readDicom } from './read-dicom.ts'
import { startOf } from './series-timing.ts'
import type {
  AssembleOptions,
  DicomImage,
  DicomSeriesInfo,
  DicomVolume,
  StoredPixels,
} from './types.ts'

/** A series on disk. */
export interface DicomSeries extends DicomSeriesInfo {
  readonly files: readonly string[]
  /** Reads the volumes in order of time, one at a time. */
  readonly volumes: () => AsyncGenerator<DicomVolume, void, undefined>
}

/** What a folder holds. */
export interface DicomFolder {
  /** Series in the order of their numbers; magnitude before phase. */
  readonly series: readonly DicomSeries[]
  /** Files and series that cannot be used, and why. */
  readonly findings: readonly Finding[]
  /** Files that are neither DICOM nor PAR, relative to the folder. */
  readonly otherFiles: readonly string[]
}

/**
 * Finds the series of a folder and of the folders in it.
 *
 * @param dir - The folder.
 * @param options - See `AssembleOptions`.
 * @returns The series, without voxels: memory grows with the number of files, not with their size.
 * @throws {LimbicError} `FILE_NOT_FOUND` when there is no such folder. Files and series that cannot be used become findings.
 * @remarks Every file is read twice: now for its header, and when its volume is asked for.
 */
export async function readDicomFolder(
  dir: string,
  options: AssembleOptions = {},
): Promise<DicomFolder> {
  const groups = new Map<string, Entry[]>()
  const findings: Finding[] = []
  const otherFiles: string[] = []
  for (const file of await listFiles(dir)) {
    const entry = await readEntry(file).catch((error: unknown) => failed(error, findings))
    if (entry === 'other') otherFiles.push(relative(dir, file))
    if (typeof entry === 'string') continue
    const { seriesKey } = entry.outline.header
    const group = groups.get(seriesKey)
    if (group === undefined) groups.set(seriesKey, [entry])
    else group.push(entry)
  }
  const shown = [...shortenFindings(findings, 'files')]
  const sorted = [...groups.values()].sort((a, b) => numberOf(a) - numberOf(b))
  const series = sorted.flatMap((entries) => seriesOf(entries, options, shown))
  return { series, findings: shown, otherFiles }
}

/** A file without its pixels, and an empty array of their type. */
interface Entry {
  readonly outline: ImageOutline
  readonly pixelType: StoredPixels
}

async function listFiles(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(
    (cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
        throw new LimbicError('FILE_NOT_FOUND', { file: dir }, { cause })
      throw cause
    },
  )
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

async function readEntry(file: string): Promise<Entry | 'other'> {
  if (notImages.test(file)) return 'other'
  const { pixels, ...outline } = await readImage(file)
  return { outline, pixelType: pixels.slice(0, 0) }
}

/** Read with its PAR file, or plainly something else. */
const notImages =
  /\.(rec|json|txt|md|tsv|csv|png|jpe?g|pdf|ya?ml|xml|html|zip|nii(\.gz)?|tar(\.[gx]z)?|tgz|xz)$/i

async function readImage(file: string): Promise<DicomImage> {
  return isParFile(file) ? await readParRec(file) : await readDicom(file)
}

/** A file without `DICM` is something else rather than a damaged image. */
function failed(error: unknown, findings: Finding[]): 'other' | 'failed' {
  if (!isLimbicError(error)) throw error
  if (isLimbicError(error, 'DICOM_INVALID') && error.details.found === notDicom) return 'other'
  if (isLimbicError(error, 'PAR_INVALID') && error.details.found === notPar) return 'other'
  findings.push({ code: error.code, severity: 'error', message: error.message })
  return 'failed'
}

function numberOf(entries: readonly Entry[]): number {
  return entries[0]!.outline.header.seriesNumber ?? Infinity
}

function seriesOf(
  entries: readonly Entry[],
  options: AssembleOptions,
  findings: Finding[],
): DicomSeries[] {
  const outlines = entries.map(({ outline }) => outline)
  return planSeries(outlines, options).flatMap((plan) => {
    try {
      return [openSeries(plan(), entries, options)]
    } catch (error) {
      if (!isLimbicError(error)) throw error
      findings.push({ code: error.code, severity: 'error', message: error.message })
      return []
    }
  })
}

function openSeries(
  plan: SeriesPlan,
  entries: readonly Entry[],
  options: AssembleOptions,
): DicomSeries {
  const refs = plan.volumes.flat()
  const type = voxelTypeOf(refs, entries[refs[0]!.image]!.pixelType, options)
  const files = entries.map(({ outline }) => outline.file)
  const used = [...new Set(refs.map(({ image }) => files[image]!))]
  return { ...plan.info, files: used, volumes: () => readSeries(plan, files, type) }
}

async function* readSeries(
  { volumes }: SeriesPlan,
  files: readonly string[],
  type: VoxelType,
): AsyncGenerator<DicomVolume, void, undefined> {
  let open = new Map<number, StoredPixels>()
  for (const [index, volume] of volumes.entries()) {
    const needed = new Map<number, StoredPixels>()
    for (const { image } of volume)
      if (!needed.has(image))
        needed.set(image, open.get(image) ?? (await readImage(files[image]!)).pixels)
    // Files of volumes before are let go; one that holds the whole series stays open.
    open = needed
    const data = fillVolume(volume, (image) => needed.get(image)!, type)
    yield { index, data, ...present({ acquiredAtSeconds: startOf(volume) }) }
  }
}

/**
 * The finding for a folder without any series.
 *
 * @param dir - The folder.
 * @param folder - What was found in it.
 * @returns The finding.
 * @throws Never.
 */
export function noSeriesFinding(dir: string, folder: DicomFolder): Finding {
  const { length } = folder.otherFiles
  return createFinding('error', 'DICOM_NO_SERIES', {
    dir,
    found:
      length === 0 && folder.findings.length === 0 ? 'no files' : `${length} files of other kinds`,
  })
}
