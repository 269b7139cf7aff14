import { describe, expect, it } from 'vitest'
import type { StageEvent } from '../../../src/core/events.ts'
import { createTtyReporter } from '../../../src/cli/reporters/index.ts'

describe('createTtyReporter on a terminal', () => {
  it('shows one bar per running stage with count, rate and time left', () => {
    const screen = play({ isTTY: true, columns: 100 }, [
      [0, { type: 'start', stage: 'fold', total: 4, unit: 'folds' }],
      [1000, { type: 'start', stage: 'train', total: 100, unit: 'steps' }],
      [2000, { type: 'progress', stage: 'train', done: 25, total: 100, unit: 'steps' }],
      [
        4000,
        { type: 'progress', stage: 'fold', done: 1, total: 4, unit: 'folds', detail: 'sub-02' },
      ],
    ])
    expect(screen).toEqual([
      'fold            ██████░░░░░░░░░░░░░░░░░░  1/4 folds  4.0 s each  12 s left  sub-02',
      'train           ██████░░░░░░░░░░░░░░░░░░  25/100 steps  8.3 steps/s  9.0 s left',
    ])
  })

  it('leaves a line for what is done, noted or found, above the bars', () => {
    const screen = play({ isTTY: true }, [
      [0, { type: 'start', stage: 'a' }],
      [500, { type: 'note', message: 'hello' }],
      [600, { type: 'start', stage: 'b' }],
      [900, { type: 'done', stage: 'a', seconds: 9 }],
      [901, { type: 'done', stage: 'too short to last', seconds: 0.9 }],
    ])
    expect(screen).toEqual(['hello', 'a: done in 9.0 s', 'b               running  0.3 s so far'])
  })

  it('draws many events of one moment once, and cuts lines to the width', () => {
    const writes: string[] = []
    const report = createTtyReporter(
      { isTTY: true, columns: 30, write: (text: string) => writes.push(text) },
      () => 5,
    )
    report({ type: 'start', stage: 'train', total: 1000, unit: 'steps' })
    for (let done = 1; done <= 1000; done++) {
      report({ type: 'progress', stage: 'train', done, total: 1000, unit: 'steps' })
    }
    expect(writes).toHaveLength(1)
    expect(writes[0]!.trimEnd().length).toBeLessThan(30)
  })

  it('does not let a message move the cursor', () => {
    const screen = play({ isTTY: true }, [[0, { type: 'note', message: 'a\u001b[2Jb' }]])
    expect(screen).toEqual(['ab'])
  })
})

describe('createTtyReporter elsewhere', () => {
  it('writes plain lines, at most one per stage in five seconds', () => {
    const events: [number, StageEvent][] = [[0, { type: 'start', stage: 'clean' }]]
    for (let s = 1; s <= 12; s++) {
      events.push([
        s * 1000,
        { type: 'progress', stage: 'clean', done: s, total: 12, unit: 'runs' },
      ])
    }
    events.push([12_000, { type: 'done', stage: 'clean', seconds: 12 }])
    expect(play({}, events)).toEqual([
      'clean: 5/12 runs, 1.0 runs/s, 7.0 s left',
      'clean: 10/12 runs, 1.0 runs/s, 2.0 s left',
      'clean: done in 12 s',
    ])
  })

  it('names findings', () => {
    const finding = { code: 'FILE_NOT_FOUND', severity: 'error', message: 'no a.nii' } as const
    expect(play({}, [[0, { type: 'finding', finding }]])).toEqual(['ERROR FILE_NOT_FOUND no a.nii'])
  })
})

/** Plays timed events and gives the lines that a person sees in the end. */
function play(
  stream: { isTTY?: boolean; columns?: number },
  events: readonly (readonly [number, StageEvent])[],
): string[] {
  let nowMs = 0
  let lines: string[] = []
  const write = (text: string): void => {
    const erase = /^\u001b\[(\d+)A\r\u001b\[0J/.exec(text)
    if (erase !== null) lines = lines.slice(0, -Number(erase[1]))
    lines.push(
      ...text
        .slice(erase?.[0].length ?? 0)
        .split('\n')
        .slice(0, -1),
    )
  }
  const report = createTtyReporter({ ...stream, write }, () => nowMs)
  for (const [time, event] of events) {
    nowMs = time
    report(event)
  }
  return lines
}
