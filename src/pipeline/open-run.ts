/** Records of runs -> runs whose series are read when asked for, through a bounded cache in memory. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LRUCache } from 'lru-cache'
import type { Matrix32 } from '../core/types.ts'
import type { RunData } from '../evaluate/protocol/subject-data.ts'
import { writeFileAtomic } from '../io/artifacts.ts'
import { readMaskedSeries } from '../io/nifti/index.ts'
import { formatNpy, readNpy } from '../io/npy.ts'
import type { RunRecord } from './run-record.ts'

/** Series kept in memory at once, per process; the rest is read again when needed. */
const seriesCacheBytes = 512 * 1024 * 1024

/** Opens runs that share one cache. */
export type OpenRun = (record: RunRecord) => RunData

/**
 * Makes an opener of runs.
 *
 * @returns The opener. Between them, the runs it has opened hold at most 512 MB of series in memory.
 * @throws Never.
 */
export function createRunOpener(): OpenRun {
  const cache = new LRUCache<string, Matrix32>({
    maxSize: seriesCacheBytes,
    sizeCalculation: ({ data }) => Math.max(1, data.byteLength),
  })
  return (record) => ({
    ...record,
    readSeries: async (voxels) =>
      takeColumns(await readKept(record, cache), record.keptVoxels, voxels),
  })
}

async function readKept(record: RunRecord, cache: LRUCache<string, Matrix32>): Promise<Matrix32> {
  const { seriesFile } = record
  const known = cache.get(seriesFile)
  if (known !== undefined) return known
  const series = existsSync(seriesFile)
    ? await readSeriesFile(seriesFile)
    : await keepSeries(record)
  cache.set(seriesFile, series)
  return series
}

async function keepSeries({ bold, keptVoxels, seriesFile }: RunRecord): Promise<Matrix32> {
  const series = await readMaskedSeries(bold, keptVoxels)
  await mkdir(join(seriesFile, '..'), { recursive: true })
  await writeFileAtomic(seriesFile, formatNpy(series.data, [series.nRows, series.nCols]))
  return series
}

async function readSeriesFile(file: string): Promise<Matrix32> {
  const { data, shape } = await readNpy(file)
  return { data: data as Float32Array, nRows: shape[0]!, nCols: shape[1]! }
}

/** A voxel that was not kept lies outside every mask of the subject: it reads 0, has no spread and is scaled to 0. */
function takeColumns(series: Matrix32, kept: Int32Array, wanted: Int32Array): Matrix32 {
  if (wanted === kept || sameVoxels(wanted, kept)) return series
  const position = new Map(Array.from(kept, (voxel, column) => [voxel, column]))
  const columns = Array.from(wanted, (voxel) => position.get(voxel) ?? -1)
  const data = new Float32Array(series.nRows * wanted.length)
  for (let t = 0; t < series.nRows; t++)
    columns.forEach((column, i) => {
      if (column >= 0) data[t * wanted.length + i] = series.data[t * series.nCols + column]!
    })
  return { data, nRows: series.nRows, nCols: wanted.length }
}

function sameVoxels(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((voxel, i) => voxel === b[i])
}
