/** A file that is due -> events for the session, and what the tracker is to think of it. */
import { join } from 'node:path'
import { LimbicError } from '../../../core/errors/index.ts'
import type { ArrivedVolume, SourceEvent } from '../../volume-source.ts'
import { problemEvent } from '../arrived-volume.ts'
import { createDicomAssembler, type DicomAssembler } from './dicom-assembler.ts'
import type { Candidate, ReadResult } from './file-tracker.ts'
import { parseDicomFile, parseParFile } from './parse-dicom-file.ts'
import { parseNiftiFile } from './parse-nifti-file.ts'
import type { FileContext, ParsedFile } from './parsed-file.ts'
import { readWhole } from './read-whole.ts'
import { formatOfName, numberPattern, type WatchRule } from './watch-options.ts'

export interface FileOutcome {
  readonly events: readonly SourceEvent[]
  /** By name; a PAR and its REC file are settled together. */
  readonly results: readonly (readonly [name: string, result: ReadResult])[]
}

export interface FileReader {
  read(candidate: Candidate, nowMs: number): Promise<FileOutcome>
  readonly assembler: DicomAssembler
}

/** Files are written again soon or never. */
const maxHashes = 1024
const taken: ReadResult = { kind: 'taken' }

/**
 * Makes a reader for one run.
 *
 * @param rule - What is watched.
 * @returns The reader; it holds the slices of incomplete volumes.
 * @throws Never.
 */
export function createFileReader(rule: WatchRule): FileReader {
  const assembler = createDicomAssembler({
    ...rule,
    pattern: numberPattern('dicom', rule),
  })
  const nifti = { pattern: numberPattern('nifti', rule), firstIndex: rule.firstIndex ?? 0 }
  const halves = new Set<string>()
  const hashes = new Map<string, string>()

  const read = async (candidate: Candidate, nowMs: number): Promise<FileOutcome> => {
    const { name } = candidate.sighting
    const isSettled = candidate.isRenamed || candidate.quietMs >= rule.zerosQuietMs
    const context = { name, receivedAtMs: nowMs, isSettled }
    if (formatOfName(name, rule) === 'par-rec') return await readPair(candidate, context)
    const file = await readWhole(rule.dir, candidate.sighting)
    if (file.kind === 'unreadable') return waiting(name, file.found)
    const parsed =
      formatOfName(name, rule) === 'nifti'
        ? await parseNiftiFile(file.bytes, nifti, context)
        : parseDicomFile(file.bytes, assembler, context)
    return outcomeOf(parsed, candidate, [name])
  }

  /** Either half may come first; the pair is read when neither is being written any more. */
  const readPair = async (candidate: Candidate, context: FileContext): Promise<FileOutcome> => {
    const { name } = candidate.sighting
    const other = otherHalf(name)
    halves.add(name)
    if (!halves.has(other)) return waiting(name, `no ${other} beside it`)
    const par = /\.par$/i.test(name) ? name : other
    const parsed = await parseParFile(join(rule.dir, par), assembler, { ...context, name: par })
    if (parsed.kind === 'volumes' || parsed.kind === 'unusable')
      [name, other].forEach((half) => halves.delete(half))
    return outcomeOf(parsed, candidate, [name, other])
  }

  const outcomeOf = (
    parsed: ParsedFile,
    candidate: Candidate,
    names: readonly string[],
  ): FileOutcome => {
    const { name } = candidate.sighting
    if (parsed.kind === 'incomplete') return waiting(name, parsed.found)
    if (parsed.kind === 'doubtful') return waiting(name, parsed.found, rule.zerosQuietMs)
    const results = names.map((one) => [one, taken] as const)
    if (parsed.kind === 'unusable') return { events: [problemEvent(parsed.problem, name)], results }
    const { volumes, problems } = parsed
    const changed = volumes.filter((volume) => candidate.isRewritten && isChanged(volume))
    volumes.forEach(remember)
    const all = [
      ...problems,
      ...changed.map(
        ({ index }) => new LimbicError('RT_FILE_CHANGED', { file: name, volume: index }),
      ),
    ]
    return {
      events: [
        ...all.map((problem) => problemEvent(problem, name)),
        ...volumes.map((volume) => ({ type: 'volume', volume }) as const),
      ],
      results,
    }
  }

  const isChanged = ({ origin, sha256 }: ArrivedVolume): boolean =>
    (hashes.get(origin) ?? sha256) !== sha256

  const remember = ({ origin, sha256 }: ArrivedVolume): void => {
    hashes.set(origin, sha256)
    if (hashes.size > maxHashes)
      for (const oldest of [...hashes.keys()].slice(0, maxHashes / 2)) hashes.delete(oldest)
  }
  return { read, assembler }
}

function waiting(name: string, found: string, againAfterMs?: number): FileOutcome {
  const result: ReadResult = {
    kind: 'incomplete',
    found,
    ...(againAfterMs !== undefined && { againAfterMs }),
  }
  return { events: [], results: [[name, result]] }
}

function otherHalf(name: string): string {
  const endings: Record<string, string> = { par: 'rec', PAR: 'REC', rec: 'par', REC: 'PAR' }
  return name.replace(/(par|rec)$/i, (ending) => endings[ending] ?? ending)
}
