/** Calibration data `[T x V_s]` whose voxels belong to parcels -> one common space per parcel, side by side, and maps that never mix parcels. */
import { LimbicError } from '../core/errors/index.ts'
import type { FloatArray, Matrix, Matrix64 } from '../core/types.ts'
import { joinColumns, multiply } from '../math/matrix.ts'
import {
  fitCommonSpace,
  projectSubject,
  type CommonSpaceOptions,
  type CommonSpaceState,
  type MapperState,
  type ProjectionOptions,
  type SubjectCalibration,
} from './common-space.ts'

/** Calibration of one training subject, and the parcel of each of its voxels. */
export interface ParcelledCalibration extends SubjectCalibration {
  /** Length V_s; 0 outside of all parcels. */
  readonly parcels: Int32Array
}

/** Common spaces of parcels, side by side; `template`, `mappers` and `fittedOn` are those of all parcels together. */
export interface ParcelSpaceState extends CommonSpaceState {
  readonly parcels: readonly { readonly parcel: number; readonly space: CommonSpaceState }[]
}

/**
 * Finds a common space in every parcel by itself.
 *
 * @param subjects - Training subjects, at least two; voxels of one parcel need not correspond between them.
 * @param options - As for `fitCommonSpace`; of components, a parcel keeps as many as its rows and its voxels allow.
 * @returns The common spaces, side by side in ascending order of the parcels. A parcel in which a training subject has no voxel is left out, and
 *   so are voxels outside of all parcels.
 * @throws {LimbicError} As `fitCommonSpace`; `VALUE_INVALID` when no parcel has voxels of every subject.
 * @remarks Thirion et al. (2014) and Bazeille et al. (2021), NeuroImage 245:118683: what is close stays close, and with few volumes less has to
 *   be determined. Time is that of `fitCommonSpace`, parcel by parcel.
 */
export function fitParcelSpace(
  subjects: readonly ParcelledCalibration[],
  options: CommonSpaceOptions,
): ParcelSpaceState {
  const shared = [...new Set(subjects.flatMap(({ parcels }) => [...parcels]))]

    .filter((parcel) => parcel > 0 && subjects.every(({ parcels }) => parcels.includes(parcel)))
    .sort((a, b) => a - b)
  if (shared.length === 0)
    throw new LimbicError('VALUE_INVALID', {
      what: 'the parcels that subjects are aligned in (align.parcels)',
      expected: 'a parcel in which every subject has a selected voxel',
      found: 'none; select more voxels, or use larger parcels',
    })
  const parcels = shared.map((parcel) => {
    const own = subjects.map(({ subject, calibration, runs, parcels: ids }) => ({
      ...{ subject, runs, calibration: takeColumns(calibration, columnsOf(ids, parcel)) },
    }))
    const { components } = options
    const most = Math.min(...own.map(({ calibration: c }) => Math.min(c.nRows - 1, c.nCols)))
    const kept = components === undefined ? {} : { components: Math.min(components, most) }
    return { parcel, space: fitCommonSpace(own, { ...options, ...kept }) }
  })
  const [first] = parcels
  const mappers = subjects.map(({ subject, parcels: ids }): [string, MapperState] => [
    subject,
    joinMaps(
      parcels.map(({ parcel, space }) => ({
        columns: columnsOf(ids, parcel),
        nDimensions: dimensionsOf(space),
        map: space.mappers[subject]!,
      })),
      ids.length,
    ),
  ])
  const templates = parcels.map(({ space }) => space.template)
  return {
    ...first!.space,
    ...{ reduction: null, template: joinColumns(templates, templates[0]!.nRows) },
    ...{ parcels, mappers: Object.fromEntries(mappers) },
  }
}

/**
 * Maps a subject into the common spaces of its parcels.
 *
 * @param space - Fitted on other subjects.
 * @param calibration - `[T' x V]`: calibration rows of the subject.
 * @param options - As for `projectSubject`, and the parcel of each voxel.
 * @returns The map. Voxels of parcels that were left out count for nothing; a parcel without voxels of the subject is mapped to its mean.
 * @throws {LimbicError} As `projectSubject`; `ALIGN_RANK_DEFICIENT` when the subject has no voxel in any parcel.
 */
export function projectParcels(
  space: ParcelSpaceState,
  calibration: Matrix,
  { parcels: ids, ...options }: ProjectionOptions & { readonly parcels: Int32Array },
): MapperState {
  const parts = space.parcels.map(({ parcel, space: own }) => {
    const columns = columnsOf(ids, parcel)
    const map =
      columns.length === 0 ? null : projectSubject(own, takeColumns(calibration, columns), options)
    return { columns, nDimensions: dimensionsOf(own), map }
  })
  if (parts.every(({ map }) => map === null))
    throw new LimbicError('ALIGN_RANK_DEFICIENT', {
      ...{ subject: options.subject, nRows: calibration.nRows, nVoxels: 0, rank: 0 },
    })
  return joinMaps(parts, ids.length)
}

interface Part {
  readonly columns: Int32Array
  readonly nDimensions: number
  readonly map: MapperState | null
}

/** One block per parcel; nothing outside the blocks. */
function joinMaps(parts: readonly Part[], nVoxels: number): MapperState {
  const nCols = parts.reduce((sum, { nDimensions }) => sum + nDimensions, 0)
  const sourceMean = new Float64Array(nVoxels)
  const targetMean = new Float64Array(nCols)
  const right: Matrix64 = { data: new Float64Array(nVoxels * nCols), nRows: nVoxels, nCols }
  let at = 0
  for (const { columns, nDimensions, map } of parts) {
    if (map !== null) {
      const block = map.left === null ? map.right : multiply(map.left, map.right)
      targetMean.set(map.targetMean, at)
      columns.forEach((voxel, v) => {
        sourceMean[voxel] = map.sourceMean[v]!
        for (let d = 0; d < nDimensions; d++)
          right.data[voxel * nCols + at + d] = map.scale * block.data[v * nDimensions + d]!
      })
    }
    at += nDimensions
  }
  const maps = parts.flatMap(({ map }) => (map === null ? [] : [map]))
  const fittedOn = [...new Set(maps.flatMap((map) => map.fittedOn))]
  return {
    ...{ kind: 'mapper', subject: maps[0]!.subject, nRows: maps[0]!.nRows, fittedOn },
    ...{ sourceMean, left: null, right, scale: 1, targetMean },
    rank: maps.reduce((sum, { rank }) => sum + rank, 0),
  }
}

function dimensionsOf({ reduction, template }: CommonSpaceState): number {
  return reduction?.axes.nRows ?? template.nCols
}

function columnsOf(ids: Int32Array, parcel: number): Int32Array {
  return Int32Array.from([...ids.keys()].filter((v) => ids[v] === parcel))
}

function takeColumns({ data, nRows, nCols }: Matrix<FloatArray>, columns: Int32Array): Matrix64 {
  const taken = new Float64Array(nRows * columns.length)
  for (let row = 0; row < nRows; row++)
    columns.forEach((column, i) => {
      taken[row * columns.length + i] = data[row * nCols + column]!
    })
  return { data: taken, nRows, nCols: columns.length }
}
