/** A folder of DICOM or PAR/REC files -> functional runs as BIDS: NIfTI images with JSON sidecars. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createFinding, type Finding } from '../../core/errors/index.ts'
import { writeJsonAtomic } from '../artifacts.ts'
import { writeNifti, type NiftiArray } from '../nifti/index.ts'
import { nameSeries, type BidsNameOptions, type NamedSeries } from './bids-names.ts'
import { seriesName } from './frame-refs.ts'
import { noSeriesFinding, readDicomFolder, type DicomSeries } from './read-folder.ts'
import { sidecarOf } from './sidecar.ts'
import type { AssembleOptions } from './types.ts'

export interface ConvertOptions extends AssembleOptions, BidsNameOptions {
  /** Seconds between volumes, in place of what the headers say. */
  readonly trSeconds?: number
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
 * @throws {LimbicError} `FILE_NOT_FOUND` for a missing folder; those of `writeNifti`.
 * @remarks Memory: one run. Names, dates and other personal fields of the headers are not written, as the reader does not give them.
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
  const written: ConvertedSeries[] = []
  for (const entry of named) {
    const result = await writeSeries(entry, out, options, all)
    if (result !== undefined) written.push(result)
  }
  const description = join(out, 'dataset_description.json')
  if (written.length > 0 && !existsSync(description))
    await writeJsonAtomic(description, { Name: 'Converted from DICOM', BIDSVersion: '1.10.0' })
  return { written, findings: all }
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
  const { shape, affine } = series.geometry
  await writeNifti(join(out, image), {
    data: await readAll(series),
    shape: [...shape, series.nVolumes],
    affine,
    ...(tr !== undefined && { trSeconds: tr }),
  })
  await writeJsonAtomic(join(out, `${stem}.json`), {
    TaskName: task,
    ...sidecarOf(series),
    ...(tr !== undefined && { RepetitionTime: tr }),
    ConversionSoftware: 'limbic',
  })
  return {
    image,
    series: name,
    shape,
    nVolumes: series.nVolumes,
    ...(tr !== undefined && { trSeconds: tr }),
  }
}

async function readAll(series: DicomSeries): Promise<NiftiArray> {
  let all: NiftiArray = new Int16Array(0)
  for await (const { index, data } of series.volumes()) {
    if (index === 0) {
      const Elements = data.constructor as new (length: number) => NiftiArray
      all = new Elements(data.length * series.nVolumes)
    }
    ;(all as Float32Array).set(data, index * data.length)
  }
  return all
}
