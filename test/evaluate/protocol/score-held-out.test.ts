import { describe, expect, it } from 'vitest'
import { fitDecoder, type Decoder } from '../../../src/evaluate/protocol/fit.ts'
import { scoreHeldOut } from '../../../src/evaluate/protocol/score-held-out.ts'
import { makeContext, makeStudy } from './_study.ts'

const none = { inner: {}, states: [] }
const [held, ...training] = makeStudy()
const leak = { code: 'LEAK_DETECTED' }

async function decode(): Promise<Decoder> {
  return fitDecoder(makeContext(), training, 'calibrated', [{ name: 'lda', options: {} }])
}

describe('scoreHeldOut', () => {
  it('scores all evaluation runs of a subject, and tells the voxels it read', async () => {
    const { scores, voxels } = await scoreHeldOut(makeContext(), await decode(), held!, none)
    expect(scores.lda!.nTest).toBe(80)
    expect(scores.lda!.balancedAccuracy).toBeGreaterThan(0.75)
    expect(voxels.size).toBe(10)
  })

  it.each(['selection', 'commonSpace', 'classifier'] as const)(
    'refuses a %s without the ids of its runs',
    async (what) => {
      const { population, models, nTrainingSamples } = await decode()
      const forget = <S extends object>(state: S): S => ({ ...state, fittedOn: [] })
      const forgetful: Decoder = {
        nTrainingSamples,
        models: what === 'classifier' ? { lda: forget(models.lda!) } : models,
        population: {
          ...population,
          ...(what === 'selection' ? { selection: forget(population.selection!) } : {}),
          ...(what === 'commonSpace' ? { commonSpace: forget(population.commonSpace!) } : {}),
        },
      }
      await expect(scoreHeldOut(makeContext(), forgetful, held!, none)).rejects.toMatchObject(leak)
    },
  )

  it('refuses a temperature or a choice that saw the subject', async () => {
    const decoder = await decode()
    const fittedOn = ['sub-01/task-calibration/run-1']
    const temperature = { kind: 'temperature' as const, fittedOn, temperature: 2 }
    for (const decisions of [
      { inner: { lda: { temperature } }, states: [] },
      { inner: {}, states: [{ kind: 'choice', fittedOn }] },
    ])
      await expect(scoreHeldOut(makeContext(), decoder, held!, decisions)).rejects.toMatchObject(
        leak,
      )
  })

  it('refuses a template that was fitted with the held-out subject', async () => {
    const context = makeContext()
    const everybody = await fitDecoder(context, [held!, ...training], 'calibrated', [
      { name: 'lda', options: {} },
    ])
    await expect(scoreHeldOut(context, everybody, held!, none)).rejects.toMatchObject(leak)
  })

  it('refuses to score a run that calibrated', async () => {
    const { calibration, evaluation } = held!.rotations[0]!
    const overlapping = {
      ...held!,
      rotations: [{ calibration: [...calibration, ...evaluation], evaluation }],
    }
    const same = makeContext()
    await expect(scoreHeldOut(same, await decode(), overlapping, none)).rejects.toMatchObject({
      code: expect.stringMatching(/LEAK_DETECTED|CALIBRATION_RUNS_DIFFER/) as unknown,
    })
  })
})
