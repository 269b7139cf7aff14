/** A run -> the volume that others are realigned to: a typical one, or the first. */
import { LimbicError } from '../../core/errors/index.ts'
import type { BidsRun } from '../../io/bids/index.ts'
import { readVolumes } from '../../io/nifti/index.ts'
import { describeValues } from '../../preprocess/gap-filler.ts'
import type { RunReference } from './options.ts'

// Enough for one spoilt volume among them not to matter.
const nCandidates = 7

/**
 * Chooses the reference volume.
 *
 * @param run - The run that it is taken from.
 * @param rule - `typical`: of seven volumes spread over the run, the one nearest to their mean; `first`: the first volume that is not blank, which
 *   no volume of the run is measured before.
 * @returns The reference.
 * @throws {LimbicError} `VOLUME_BLANK` when no candidate shows anything, and those of the NIfTI reader.
 */
export async function chooseReference(
  run: BidsRun,
  rule: 'typical' | 'first',
): Promise<RunReference> {
  const { bold, key } = run
  const wanted = rule === 'first' ? undefined : candidates(run.nVolumes)
  const found: { index: number; data: Float32Array }[] = []
  for await (const volume of readVolumes(bold)) {
    if (wanted?.has(volume.index) === false) continue
    if (describeValues(volume.data).isBlank) continue
    found.push(volume)
    if (wanted === undefined) break
  }
  const best = mostTypical(found)
  if (best === undefined)
    throw new LimbicError('VOLUME_BLANK', {
      what: `any volume of ${bold}`,
      found: 'one value throughout every volume looked at',
    })
  return { key, bold, index: best }
}

/**
 * Reads a reference volume.
 *
 * @param reference - Which.
 * @returns `[nVoxels]`; values that are not finite are 0.
 * @throws {LimbicError} `VALUE_INVALID` when the run has no such volume, and those of the NIfTI reader.
 */
export async function readReference({ bold, index }: RunReference): Promise<Float32Array> {
  for await (const volume of readVolumes(bold))
    if (volume.index === index)
      return volume.data.map((value) => (Number.isFinite(value) ? value : 0))
  throw new LimbicError('VALUE_INVALID', {
    what: `the reference volume of ${bold}`,
    expected: 'a volume of the run',
    found: `volume ${index}`,
  })
}

function candidates(nVolumes: number): Set<number> {
  return new Set(
    Array.from({ length: nCandidates }, (_, i) => Math.floor(((i + 0.5) / nCandidates) * nVolumes)),
  )
}

function mostTypical(
  volumes: readonly { index: number; data: Float32Array }[],
): number | undefined {
  const [first] = volumes
  if (first === undefined) return undefined
  const mean = new Float64Array(first.data.length)
  for (const { data } of volumes)
    for (let v = 0; v < mean.length; v++) mean[v]! += finite(data[v]!) / volumes.length
  const distances = volumes.map(({ data }) => {
    let sum = 0
    for (let v = 0; v < mean.length; v++) sum += (finite(data[v]!) - mean[v]!) ** 2
    return sum
  })
  return volumes[distances.indexOf(Math.min(...distances))]!.index
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0
}
