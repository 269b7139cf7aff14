import { describe, expect, it } from 'vitest'
import type { RunData, SubjectData } from '../../src/evaluate/protocol/subject-data.ts'
import { permutedPipeline, permuteSubjects } from '../../src/pipeline/permuted-subjects.ts'
import { tinyPipeline } from './_dataset.ts'

function makeRun(key: string, labels: readonly number[]): RunData {
  return { key, sha256: key, labels: Int32Array.from(labels) } as unknown as RunData
}
const blocks = [0, 0, -1, 1, 1, -1, 2, 2, -1, 0, 0, -1, 1, 1, -1, 2, 2]
const film = makeRun('film', [-1, -1, -1])

function makeSubject(subject: string): SubjectData {
  const [one, two] = [makeRun(`${subject}/1`, blocks), makeRun(`${subject}/2`, blocks)]
  return {
    subject,
    grid: { shape: [1, 1, 1] },
    runs: [film, one, two],
    rotations: [{ calibration: [film, one], evaluation: [two] }],
    training: { calibration: [film, one], labelled: [one, two] },
  } as unknown as SubjectData
}
const subjects = [makeSubject('01'), makeSubject('02')]

describe('permuteSubjects', () => {
  it('permutes each run once: wherever a run stands, it has the same labels', () => {
    for (const { runs, rotations, training } of permuteSubjects(subjects, 0, 1)) {
      const [, one, two] = runs
      expect(rotations[0]!.calibration[1]).toBe(one)
      expect(rotations[0]!.evaluation[0]).toBe(two)
      expect(training.labelled).toEqual([one, two])
      expect(training.calibration[1]).toBe(one)
    }
  })

  it('keeps classes within their run and unlabelled volumes in place', () => {
    for (const { runs } of permuteSubjects(subjects, 0, 1))
      for (const { labels } of runs.slice(1)) {
        expect([...labels].sort()).toEqual([...blocks].sort())
        expect([...labels].map((label) => label < 0)).toEqual(blocks.map((label) => label < 0))
      }
  })

  it('depends on seed, permutation and run, and not on who else is there', () => {
    const labelsOf = (seed: number, permutation: number, of = subjects): string[] =>
      permuteSubjects(of, seed, permutation).flatMap(({ runs }) =>
        runs.slice(1).map(({ labels }) => labels.join(' ')),
      )
    expect(labelsOf(0, 1)).toEqual(labelsOf(0, 1))
    expect(labelsOf(0, 1, [subjects[1]!])).toEqual(labelsOf(0, 1).slice(2))
    for (const other of [labelsOf(1, 1), labelsOf(0, 2)]) expect(other).not.toEqual(labelsOf(0, 1))
    const four = labelsOf(0, 1)
    expect(new Set(four).size).toBeGreaterThan(1)
  })

  it('gives another hash to other labels, and leaves a run without labels as it was', () => {
    const first = Array.from({ length: 20 }, (_, i) => permuteSubjects(subjects, 0, i + 1)).map(
      ([subject]) => subject!.runs[1]!,
    )
    const hashes = new Set(first.map(({ sha256 }) => sha256))
    const labels = new Set(first.map((run) => run.labels.join(' ')))
    expect(hashes.size).toBe(labels.size)
    expect(labels.size).toBeGreaterThan(5)
    expect(permuteSubjects(subjects, 0, 1)[0]!.runs[0]).toBe(film)
  })
})

describe('permutedPipeline', () => {
  it('keeps everything that the tested score hangs on', () => {
    const pipeline = tinyPipeline('evaluate.unaligned=true', 'evaluate.zeroShot=true')
    expect(permutedPipeline(pipeline)).toEqual({
      ...pipeline,
      evaluate: { ...pipeline.evaluate, unaligned: false, zeroShot: false },
    })
  })
})

describe('labels at several lags', () => {
  it('are exchanged block by block as the labels are', () => {
    const late = [-1, ...blocks.slice(0, -1)]
    const labelsByLag = { 0: Int32Array.from(blocks), 2: Int32Array.from(late) }
    const run = { ...makeRun('01/1', blocks), labelsByLag }
    const subject = { ...subjects[0]!, runs: [run], rotations: [] }
    const training = { calibration: [run], labelled: [run] }
    const [permuted] = permuteSubjects([{ ...subject, training }], 0, 3)
    const { labels, labelsByLag: after } = permuted!.runs[0]!
    expect(after!['0']).toEqual(labels)
    expect([...after!['2']!].slice(1, 15)).toEqual([...labels].slice(0, 14))
  })
})
