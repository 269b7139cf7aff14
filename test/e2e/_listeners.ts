/** Factor weights of 36 listeners to one story (hypertools, a MATLAB 5 file) -> a BIDS dataset of images with 100 voxels: features that match already. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { writeNifti } from '../../src/io/nifti/index.ts'
import { sharedPath } from '../_shared.ts'

const [nVolumes, nFactors, trSeconds] = [300, 100, 1.5]
const segmentLength = 5
/** The first half of the story calibrates, the second half is told apart by segment. */
const half = nVolumes / 2

export const segments = Array.from({ length: half / segmentLength }, (_, i) => `part${i + 1}`)

/** Writes the dataset; gives the number of subjects. */
export async function writeListeners(bids: string): Promise<number> {
  const listeners = readListeners()
  mkdirSync(bids, { recursive: true })
  const description = { Name: 'Listeners to a story', BIDSVersion: '1.9.0', DatasetType: 'raw' }
  writeFileSync(join(bids, 'dataset_description.json'), JSON.stringify(description))
  for (const task of ['calibration', 'story'])
    writeFileSync(
      join(bids, `task-${task}_bold.json`),
      JSON.stringify({ RepetitionTime: trSeconds, TaskName: task }),
    )
  for (const [i, weights] of listeners.entries()) {
    const subject = `sub-${String(i + 1).padStart(2, '0')}`
    const func = join(bids, subject, 'func')
    mkdirSync(func, { recursive: true })
    for (const [task, first] of [
      ['calibration', 0],
      ['story', half],
    ] as const)
      await writeNifti(join(func, `${subject}_task-${task}_bold.nii.gz`), {
        data: weights.slice(first * nFactors, (first + half) * nFactors),
        shape: [10, 10, 1, half],
        affine: [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
        trSeconds,
      })
    const duration = segmentLength * trSeconds
    const events = segments.map((name, at) => `${at * duration}\t${duration}\t${name}`)
    writeFileSync(
      join(func, `${subject}_task-story_events.tsv`),
      `onset\tduration\ttrial_type\n${events.join('\n')}\n`,
    )
  }
  return listeners.length
}

/** Per listener `[volume x factor]`, row-major; the file holds a cell array of matrices, column by column. */
function readListeners(): Float32Array[] {
  const file = readFileSync(sharedPath('data', 'hypertools-weights', 'weights.mat'))
  const cellArray = readElements(inflateSync(readElements(file.subarray(128))[0]!))[0]!
  // Flags, dimensions and name come before the cells; and, in each cell, before its numbers.
  const cells = readElements(cellArray).slice(3)
  return cells.map((cell) => {
    const numbers = readElements(cell)[3]!
    const at = (t: number, factor: number): number =>
      numbers.readFloatLE(4 * (factor * nVolumes + t))
    return Float32Array.from({ length: nVolumes * nFactors }, (_, i) =>
      at(Math.floor(i / nFactors), i % nFactors),
    )
  })
}

/** What follows each tag: its type and length in 8 bytes, or in 4 when at most 4 bytes follow. */
function readElements(bytes: Buffer): Buffer[] {
  const elements: Buffer[] = []
  for (let at = 0; at + 8 <= bytes.length;) {
    const shortLength = bytes.readUInt16LE(at + 2)
    const length = shortLength > 0 ? shortLength : bytes.readUInt32LE(at + 4)
    const start = at + (shortLength > 0 ? 4 : 8)
    elements.push(bytes.subarray(start, start + length))
    at = shortLength > 0 ? at + 8 : start + Math.ceil(length / 8) * 8
  }
  return elements
}
