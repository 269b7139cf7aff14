import { describe, expect, it } from 'vitest'
import { nameLeaks } from '../../../../src/evaluate/protocol/paper/name-leaks.ts'
import type { Leak } from '../../../../src/evaluate/leak-guard.ts'
import { loadPipeline } from '../../../../src/pipeline/load.ts'

const leak = (kind: string, how: Leak['kind'] = 'scored-run'): Leak => ({
  state: { kind, fittedOn: ['sub-01/task-a/run-1'] },
  run: 'sub-01/task-a/run-1',
  kind: how,
})
const models = new Map([['classifier/cnn1d', 'cnn1d']])

describe('nameLeaks', () => {
  it.each([
    ['selection', 'the ANOVA that chose the voxels of each subject saw the labels'],
    ['common-space', 'the common space was fitted on all runs of all subjects'],
    ['mapper', 'fitted on the volumes that it is scored on'],
    ['whole-run scaling', 'z-scored over its whole length'],
    ['classifier/cnn1d', 'the learning rate of cnn1d and the epoch that was kept'],
    ['something new', 'a something new saw runs that are scored'],
  ])('says what a %s saw', async (kind, words) => {
    const pipeline = await loadPipeline('paper-a')
    expect(nameLeaks(pipeline, [leak(kind)], models).join('\n')).toContain(words)
  })

  it('names leaks that are no states, and nothing twice', async () => {
    const pipeline = await loadPipeline('paper-a')
    const names = nameLeaks(pipeline, [leak('mapper'), leak('mapper')], models)
    expect(names).toHaveLength(3)
    expect(names.join('\n')).toContain('paired by their class')
    expect(names.join('\n')).toContain('repeated at random')
  })

  it('tells a split of volumes from one of runs', async () => {
    const byVolume = await loadPipeline('paper-b')
    const byRun = await loadPipeline('paper-b', ['evaluate.split=grouped'])
    expect(nameLeaks(byVolume, [leak('classifier/cnn1d')], models)[0]).toContain(
      'neighbours in time of every scored volume',
    )
    const seen = leak('classifier/cnn1d', 'scored-subject')
    expect(nameLeaks(byRun, [seen], models)[0]).toContain('other runs of the scored subjects')
    expect(nameLeaks(byRun, [leak('selection')], models)).toEqual([])
  })

  it('says so when a state does not say what it saw', async () => {
    const names = nameLeaks(await loadPipeline('paper-b'), [leak('mapper', 'unknown')], models)
    expect(names[0]).toContain('does not say which runs it has seen')
  })
})
