import { describe, expect, it } from 'vitest'
import { createFileTracker } from '../../../../src/realtime/sources/watch/file-tracker.ts'
import type { Sighting } from '../../../../src/realtime/sources/watch/sighting.ts'

const rule = { quietMs: 100, patienceMs: 1000 }

const sighting = (fields: Partial<Sighting> & { version: string }): Sighting => ({
  name: 'vol_0.nii',
  kind: 'file',
  size: 10,
  identity: 'inode 1',
  isTouchedSince: false,
  ...fields,
})

const dueNames = (tracker: ReturnType<typeof createFileTracker>, nowMs: number): string[] =>
  tracker.due(nowMs).map(({ sighting: { name } }) => name)

describe('a file that is written under its own name', () => {
  it('is read when it was left alone for the quiet time, counted from the last change', () => {
    const tracker = createFileTracker(rule)
    tracker.see(sighting({ version: 'a' }), 0)
    expect(dueNames(tracker, 99)).toEqual([])
    tracker.see(sighting({ version: 'b' }), 90)
    tracker.see(sighting({ version: 'b' }), 150)
    expect(dueNames(tracker, 189)).toEqual([])
    expect(tracker.deadlineMs).toBe(190)
    expect(tracker.due(190)).toMatchObject([{ isRenamed: false, quietMs: 100 }])
  })

  it('is no renamed one because it was touched later', () => {
    const tracker = createFileTracker(rule)
    tracker.see(sighting({ version: 'a' }), 0)
    tracker.see(sighting({ version: 'b', isTouchedSince: true }), 10)
    expect(dueNames(tracker, 10)).toEqual([])
  })
})

describe('a file that came by rename', () => {
  it('is read at once when it was seen under another name', () => {
    const tracker = createFileTracker(rule)
    tracker.note(sighting({ name: 'vol_0.nii.part', version: 'a' }))
    tracker.see(sighting({ version: 'b' }), 5)
    expect(tracker.due(5)).toMatchObject([{ isRenamed: true }])
  })

  it('is read at once when something else than a write happened to it last', () => {
    const tracker = createFileTracker(rule)
    tracker.see(sighting({ version: 'a', isTouchedSince: true }), 5)
    expect(tracker.due(5)).toMatchObject([{ isRenamed: true }])
  })

  it('is read at once when nothing was written under its name, even if that is told late', () => {
    const tracker = createFileTracker(rule)
    tracker.see(sighting({ version: 'a' }), 5, true)
    expect(tracker.due(5)).toMatchObject([{ isRenamed: true }])
    tracker.see(sighting({ name: 'other', identity: 'inode 2', version: 'b' }), 5)
    expect(dueNames(tracker, 6)).toEqual(['vol_0.nii'])
    tracker.see(sighting({ name: 'other', identity: 'inode 2', version: 'b' }), 7, true)
    expect(dueNames(tracker, 7)).toEqual(['other', 'vol_0.nii'])
    tracker.settle('other', { kind: 'incomplete', found: 'half of it' })
    tracker.see(sighting({ name: 'other', identity: 'inode 2', version: 'b' }), 8, true)
    expect(dueNames(tracker, 8)).toEqual(['vol_0.nii'])
  })

  it('is asked about only where the answer makes a difference', () => {
    const tracker = createFileTracker(rule)
    const plain = sighting({ version: 'a' })
    expect(tracker.asksWhole(plain)).toBe(true)
    expect(tracker.asksWhole({ ...plain, isTouchedSince: true })).toBe(false)
    tracker.note({ ...plain, name: 'vol_0.nii.part' })
    expect(tracker.asksWhole(plain)).toBe(false)
    const other = sighting({ name: 'other', identity: 'inode 2', version: 'a' })
    tracker.see(other, 0)
    expect(tracker.asksWhole(other)).toBe(true)
    expect(tracker.asksWhole({ ...other, version: 'b' })).toBe(false)
    tracker.settle('other', { kind: 'taken' })
    expect(tracker.asksWhole(other)).toBe(false)
  })

  it('is read anew when another file takes its name', () => {
    const tracker = createFileTracker(rule)
    tracker.see(sighting({ version: 'a', isTouchedSince: true }), 0)
    tracker.settle('vol_0.nii', { kind: 'taken' })
    expect(dueNames(tracker, 500)).toEqual([])
    tracker.see(sighting({ identity: 'inode 2', version: 'b', isTouchedSince: true }), 600)
    expect(tracker.due(600)).toMatchObject([{ isRenamed: true, isRewritten: false }])
  })
})

describe('a file that is not whole', () => {
  it('is read again only when it changed, and reported once', () => {
    const tracker = createFileTracker(rule)
    tracker.see(sighting({ version: 'a' }), 0)
    tracker.settle('vol_0.nii', { kind: 'incomplete', found: '3 of 10 bytes' })
    expect(dueNames(tracker, 500)).toEqual([])
    expect(tracker.overdue(999)).toEqual([])
    expect(tracker.deadlineMs).toBe(1000)
    expect(tracker.overdue(1000)).toEqual([
      { name: 'vol_0.nii', found: '3 of 10 bytes', waitedMs: 1000 },
    ])
    expect(tracker.overdue(5000)).toEqual([])
    expect(tracker.deadlineMs).toBeNull()
    tracker.see(sighting({ version: 'b' }), 6000)
    expect(dueNames(tracker, 6100)).toEqual(['vol_0.nii'])
  })

  it('is read again after a longer quiet time when the reader asks for it', () => {
    const tracker = createFileTracker(rule)
    tracker.see(sighting({ version: 'a' }), 0)
    tracker.settle('vol_0.nii', { kind: 'incomplete', found: 'zeros', againAfterMs: 700 })
    expect(dueNames(tracker, 699)).toEqual([])
    expect(dueNames(tracker, 700)).toEqual(['vol_0.nii'])
  })
})

it('says when the very file that was taken was written again', () => {
  const tracker = createFileTracker(rule)
  tracker.see(sighting({ version: 'a' }), 0)
  tracker.settle('vol_0.nii', { kind: 'taken' })
  expect(tracker.waiting).toEqual([])
  tracker.see(sighting({ version: 'b' }), 200)
  expect(tracker.due(300)).toMatchObject([{ isRewritten: true }])
})

it('gives files in the order of their names, and forgets those that are gone', () => {
  const tracker = createFileTracker(rule)
  for (const name of ['b', 'a', 'c'])
    tracker.see(sighting({ name, identity: name, version: name }), 0)
  tracker.forget('c')
  tracker.settle('c', { kind: 'taken' })
  expect(dueNames(tracker, 100)).toEqual(['a', 'b'])
})
