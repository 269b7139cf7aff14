import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../../../src/core/rng.ts'
import { deal, parts } from '../../../../src/evaluate/protocol/paper/deal.ts'
import type { SubjectData } from '../../../../src/evaluate/protocol/subject-data.ts'
import { makeSubject } from '../_subject.ts'

const shares = { test: 0.2, validation: 0.16 }
const volumes = { split: 'volumes', groupBy: 'subject', shares } as const

function study(nSubjects: number, labels: readonly number[]): SubjectData[] {
  return Array.from({ length: nSubjects }, (_, s) =>
    makeSubject(
      `${s}`,
      ['1', '2'].map((run) => ({ task: 'emotion', run, labels })),
      { kind: 'rotate' },
      1,
    ),
  )
}

function count(subjects: readonly SubjectData[], label?: number): number {
  const all = subjects.flatMap(({ runs }) => runs.flatMap((run) => [...run.labels]))
  return all.filter((one) => one >= 0 && (label === undefined || one === label)).length
}

describe('deal', () => {
  it('gives the published sizes for the published number of volumes', () => {
    const labels = Array.from({ length: 12 }, (_, t) => t % 2)
    const dealt = deal(study(127, labels), volumes, createRng(0))
    expect(parts.map((part) => count(dealt[part]))).toEqual([1950, 488, 610])
    expect(count(dealt.test, 0)).toBe(305)
    expect(count(dealt.validation, 1)).toBe(244)
  })

  it('deals every labelled volume once, by the same shares in every class', () => {
    const labels = fc.array(fc.integer({ min: -1, max: 2 }), { minLength: 10, maxLength: 40 })
    fc.assert(
      fc.property(labels, fc.integer(), (drawn, seed) => {
        const subjects = study(3, [...drawn, 0, 0, 0, 1, 1, 1])
        const dealt = deal(subjects, volumes, createRng(seed))
        subjects.forEach(({ runs }) => {
          for (const run of runs)
            run.labels.forEach((label, t) => {
              const found = parts.flatMap((part) =>
                dealt[part].flatMap((own) =>
                  own.runs.filter(({ key }) => key === run.key).map((other) => other.labels[t]!),
                ),
              )
              expect(found.filter((one) => one >= 0)).toEqual(label < 0 ? [] : [label])
            })
        })
        for (const label of [0, 1, 2]) {
          const exact = shares.test * count(subjects, label)
          expect(Math.abs(count(dealt.test, label) - exact)).toBeLessThan(2)
        }
      }),
      { numRuns: 20 },
    )
  })

  it.each(['run', 'subject'] as const)('keeps every %s whole', (groupBy) => {
    const subjects = study(11, [0, 1, 0, 1])
    const dealt = deal(subjects, { split: 'grouped', groupBy, shares }, createRng(3))
    const groupsOf = (part: (typeof parts)[number]): string[] =>
      dealt[part].flatMap(({ subject, runs }) =>
        groupBy === 'subject' ? [subject] : runs.map(({ key }) => key),
      )
    const all = parts.flatMap(groupsOf)
    expect(new Set(all).size).toBe(all.length)
    expect(parts.map((part) => count(dealt[part])).reduce((a, b) => a + b)).toBe(88)
    expect(groupsOf('test')).toHaveLength(groupBy === 'subject' ? 2 : 4)
  })

  it('does without validation', () => {
    const none = { ...volumes, shares: { test: 0.5, validation: 0 } }
    expect(deal(study(2, [0, 1]), none, createRng(0)).validation).toEqual([])
  })
})
