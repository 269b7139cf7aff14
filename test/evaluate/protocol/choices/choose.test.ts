import { describe, expect, it } from 'vitest'
import { noMemo, type Memo } from '../../../../src/core/memo.ts'
import type { ChooseSettings } from '../../../../src/core/schemas/pipeline.ts'
import { chooseSettings } from '../../../../src/evaluate/protocol/choices/choose.ts'
import { runStrictFold } from '../../../../src/evaluate/protocol/strict.ts'
import { hashKey } from '../../../../src/pipeline/cache.ts'
import { makeContext, makePipeline, makeStudy } from '../_study.ts'

const grid = { 'select.k': [4, 10], 'classify.options.shrinkage': [0.1, 1] }

function context(
  settings: Partial<ChooseSettings> = {},
  memo: Memo = noMemo,
  overrides: readonly string[] = [],
) {
  const choose = { grid, innerSubjects: 'all', by: 'accuracy', ...settings } as const
  return makeContext({ ...makePipeline(overrides), choose }, memo)
}

describe('chooseSettings', () => {
  it('finds the settings that decode, and says what it has seen', async () => {
    const training = makeStudy().slice(1)
    const choice = await chooseSettings(context(), training, 0)
    expect(choice!.settings['select.k']).toBe(10)
    expect(choice!.pipeline.select.k).toBe(10)
    expect(choice!.fittedOn).toEqual(training.flatMap(({ runs }) => runs.map(({ key }) => key)))
  })

  it('takes the first of equal combinations', async () => {
    const equal = { 'select.k': [10, 10], 'align.level2Iterations': [1, 1] }
    const choice = await chooseSettings(context({ grid: equal }), makeStudy().slice(1), 0)
    expect(choice!.settings).toEqual({ 'select.k': 10, 'align.level2Iterations': 1 })
  })

  it('leaves out as many subjects as it is told, starting at the position', async () => {
    const seen: string[] = []
    const recording: Memo = (stage, key, compute) => {
      if (stage === 'inner-scores') seen.push(JSON.stringify((key as { inner: unknown }).inner))
      return noMemo(stage, key, compute)
    }
    await chooseSettings(context({ innerSubjects: 2 }, recording), makeStudy().slice(1), 3)
    expect(seen.map((key) => /sub-(\d+)/.exec(key)![1])).toEqual(['05', '02'])
  })

  it('does not take remembered scores for those of other parcels', async () => {
    const keysWith = async (border: number): Promise<string[]> => {
      const parcels = Int32Array.from({ length: 12 }, (_, voxel) => (voxel < border ? 1 : 2))
      const keys: string[] = []
      const recording: Memo = (stage, key, compute) => {
        if (stage === 'inner-scores') keys.push(hashKey(stage, key))
        return noMemo(stage, key, compute)
      }
      const training = makeStudy().map((subject) => ({ ...subject, parcels }))
      await chooseSettings(context({ innerSubjects: 1 }, recording), training.slice(1), 0)
      return keys
    }
    const [six, again, seven] = [await keysWith(6), await keysWith(6), await keysWith(7)]
    expect(six).toHaveLength(1)
    expect(again).toEqual(six)
    expect(seven).not.toEqual(six)
  })

  it('is nothing without a grid, and needs three subjects with one', async () => {
    expect(await chooseSettings(makeContext(), makeStudy(), 0)).toBeNull()
    await expect(chooseSettings(context(), makeStudy().slice(0, 2), 0)).rejects.toMatchObject({
      code: 'TOO_FEW_SUBJECTS',
    })
  })
})

describe('runStrictFold with a grid', () => {
  it('reports what the fold chose', async () => {
    const fold = await runStrictFold(context(), makeStudy(), '02')
    expect(fold.choices).toMatchObject({ 'select.k': 10 })
    expect(fold.nSelectedVoxels).toBe(10)
  })

  it('chooses the same whatever the labels of the scored runs are', async () => {
    const scored = async (study: ReturnType<typeof makeStudy>): Promise<unknown> => {
      const states: unknown[] = []
      const recording: Memo = async (stage, _key, compute) => {
        const value = await compute()
        states.push([stage, JSON.stringify(value)])
        return value
      }
      const { choices } = await runStrictFold(context({}, recording), study, '02')
      return { choices, states }
    }
    const reversed = { subject: '02', labels: (old: number[]) => old.map((label) => 2 - label) }
    expect(await scored(makeStudy(reversed))).toEqual(await scored(makeStudy()))
  })

  it('refuses voxels that saw the held-out subject, chosen settings or not', async () => {
    const tampered: Memo = async (stage, _key, compute) => {
      const value = await compute()
      const seen = 'sub-02/task-calibration/run-1'
      if (stage !== 'population') return value
      const population = value as { selection: { fittedOn: string[] } }
      return { ...value, selection: { ...population.selection, fittedOn: [seen] } }
    }
    await expect(runStrictFold(context({}, tampered), makeStudy(), '02')).rejects.toMatchObject({
      code: 'LEAK_DETECTED',
    })
  })
})
