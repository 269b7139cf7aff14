/** A folder of DICOM or PAR/REC files -> functional runs as BIDS: NIfTI images with JSON sidecars. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createFinding, LimbicError, type Finding } from '../../core/errors/index.ts'
import { writeFileAtomic, writeJsonAtomic } from '../artifacts.ts'
import { readEvents } from '../bids/index.ts'
import { niftiDatatypeOf, writeNiftiVolumes, type NiftiArray } from '../nifti/index.ts'
import { nameSeries, type BidsNameOptions, type NamedSeries } from './bids-names.ts'
import { seriesName } from './frame-refs.ts'
import { noSeriesFinding, readDicomFolder, type DicomSeries } from './read-folder.ts'
import { sidecarOf } from './sidecar.ts'
import type { AssembleOptions } from './types.ts'

export interface ConvertOptions extends AssembleOptions, BidsNameOptions {
  /** Seconds between volumes, in place of what the headers say. */
  readonly trSeconds?: number
  /** Events of the runs, in the order in which the runs are named: one `events.tsv` for each, echoes of a run sharing theirs. */
  readonly events?: readonly string[]
}

/** One image that was written. */
export interface ConvertedSeries {
  /** Path of the image, below the dataset. */
  readonly image: string
  readonly series: string
  readonly shape: readonly [number, number, number]
  readonly nVolumes: number
  readonly trSeconds?: number
}

export interface Conversion {
  readonly written: readonly ConvertedSeries[]
  /** What was left out and why, and doubts about what was written. */
  readonly findings: readonly Finding[]
}

/**
 * Converts the functional runs of a folder.
 *
 * @param dir - The folder with DICOM or PAR/REC files, in folders or not.
 * @param out - The BIDS dataset; made if missing. Files that exist are never replaced.
 * @param options - Labels, intensity, repetition time.
 * @returns What was written, and what was not and why.
 * @throws {LimbicError} `FILE_NOT_FOUND` for a missing folder or events file; `DICOM_EVENTS_MISFIT`, and those of `readEvents`, before anything is written; those of `writeNiftiVolumes`.
 * @remarks Memory: one volume, and what its files hold beside it (the whole run where one enhanced file holds it). Names, dates and other personal fields of the headers are not written, as the reader does not give them.
 */
export async function convertFolder(
  dir: string,
  out: string,
  options: ConvertOptions,
): Promise<Conversion> {
  const folder = await readDicomFolder(dir, options)
  const { named, findings } = nameSeries(folder.series, options)
  const all = [
    ...folder.findings,
    ...folder.series.flatMap((series) => series.findings),
    ...findings,
  ]
  if (folder.series.length === 0) all.push(noSeriesFinding(dir, folder))
  const events = await matchEvents(dir, named, options.events)
  const written: ConvertedSeries[] = []
  for (const entry of named) {
    const result = await writeSeries(entry, out, options, all)
    if (result === undefined) continue
    written.push(result)
    const own = events.get(runOf(entry))
    if (own !== undefined)
      await writeFileAtomic(join(out, `${runOf(entry)}_events.tsv`), await readFile(own))
  }
  const description = join(out, 'dataset_description.json')
  if (written.length > 0 && !existsSync(description))
    await writeJsonAtomic(description, { Name: 'Converted from DICOM', BIDSVersion: '1.10.0' })
  return { written, findings: all }
}

/** Every table is read before the first run is written: a mistake in it is not found out after the conversion. */
async function matchEvents(
  dir: string,
  named: readonly NamedSeries<DicomSeries>[],
  events: readonly string[] | undefined,
): Promise<ReadonlyMap<string, string>> {
  if (events === undefined) return new Map()
  const runs = [...new Set(named.map(runOf))]
  for (const file of events) await readEvents(file)
  if (runs.length > 0 && runs.length !== events.length)
    throw new LimbicError('DICOM_EVENTS_MISFIT', {
      dir,
      runs: runs.map((run) => basename(run)),
      events,
    })
  return new Map(runs.map((run, i) => [run, events[i]!]))
}

/** Path of a run below the dataset, with neither suffix nor the entity of its echo. */
function runOf({ stem }: NamedSeries<DicomSeries>): string {
  return stem.replace(/(_echo-\d+)?_bold$/, '')
}

async function writeSeries(
  { series, task, stem }: NamedSeries<DicomSeries>,
  out: string,
  options: ConvertOptions,
  findings: Finding[],
): Promise<ConvertedSeries | undefined> {
  const image = `${stem}.nii.gz`
  const name = seriesName(series.header)
  if (existsSync(join(out, image))) {
    const why = `${image} exists already`
    findings.push(createFinding('error', 'DICOM_NOT_CONVERTED', { series: name, why }))
    return undefined
  }
  const tr = options.trSeconds ?? series.trSeconds
  await writeImage(join(out, image), series, tr)
  await writeJsonAtomic(join(out, `${stem}.json`), {
    TaskName: task,
    ...sidecarOf(series),
    ...(tr !== undefined && { RepetitionTime: tr }),
    ConversionSoftware: 'limbic',
  })
  return {
    image,
    series: name,
    shape: series.geometry.shape,
    nVolumes: series.nVolumes,
    ...(tr !== undefined && { trSeconds: tr }),
  }
}

/** Volume by volume, as the voxels are kept: the first says how. */
async function writeImage(
  file: string,
  series: DicomSeries,
  trSeconds: number | undefined,
): Promise<void> {
  const { geometry, nVolumes } = series
  const volumes = series.volumes()
  const first = await volumes.next()
  const image = {
    shape: [...geometry.shape, nVolumes],
    affine: geometry.affine,
    ...(trSeconds !== undefined && { trSeconds }),
    ...(first.done !== true && { datatype: niftiDatatypeOf(first.value.data).code }),
  }
  await writeNiftiVolumes(file, image, all())

  async function* all(): AsyncGenerator<NiftiArray> {
    if (first.done !== true) yield first.value.data
    for await (const { data } of volumes) yield data
  }
}
