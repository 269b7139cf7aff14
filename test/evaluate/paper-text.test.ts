import { describe, expect, it } from 'vitest'
import { describePaperProtocol } from '../../src/evaluate/paper-text.ts'
import { loadPipeline } from '../../src/pipeline/load.ts'

describe('describePaperProtocol', () => {
  it('says first that its figures are no estimates', async () => {
    const [first] = describePaperProtocol(await loadPipeline('paper-a'), [])
    expect(first).toContain('do not estimate how well a new subject')
  })

  it.each([
    ['paper-a', [], 'z-scored over each whole run'],
    ['paper-a', [], "Each subject's own 300 voxels"],
    ['paper-a', [], 'over all runs of all subjects'],
    ['paper-a', [], 'the n-th volume of a class'],
    ['paper-a', ['align.match=time'], 'volumes by their position'],
    ['paper-a', [], 'repeated at random'],
    ['paper-a', [], 'both validation and test'],
    ['paper-b', [], 'split of the volumes of all subjects'],
    ['paper-b', [], '20 % for the test, 16 % for validation'],
    ['paper-b', [], 'Intensities are used as they are'],
    ['paper-b', ['evaluate.split=grouped'], 'split of whole subjects'],
    ['paper-b', ['select.mode=shared'], 'over the training part'],
  ] as const)('%s with %s: %s', async (name, settings, words) => {
    const text = describePaperProtocol(await loadPipeline(name, settings), []).join('\n')
    expect(text).toContain(words)
  })
})
