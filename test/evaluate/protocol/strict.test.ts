import { describe, expect, it } from 'vitest'
import type { Memo } from '../../../src/core/memo.ts'
import { decideInner } from '../../../src/evaluate/protocol/fit.ts'
import { runStrictFold } from '../../../src/evaluate/protocol/strict.ts'
import type { ProtocolContext } from '../../../src/evaluate/protocol/context.ts'
import type { Population } from '../../../src/evaluate/protocol/population.ts'
import { hashKey } from '../../../src/pipeline/cache.ts'
import { encodeState } from '../../../src/io/state-file.ts'
import { sha256 } from '../../../src/io/artifacts.ts'
import { createRng } from '../../../src/core/rng.ts'
import { splitRuns } from '../../../src/evaluate/protocol/splits.ts'
import type { RunData } from '../../../src/evaluate/protocol/subject-data.ts'
import { makeContext, makePipeline, makeStudy, subjects } from './_study.ts'

const leak = expect.objectContaining({ code: 'LEAK_DETECTED' }) as unknown

const chosenBy = { innerSubjects: 'all', by: 'balancedAccuracy' } as const

describe('runStrictFold', () => {
  it('decodes a subject through its calibration run, and not without', async () => {
    const fold = await runStrictFold(makeContext(), makeStudy(), '02')
    const { calibrated, unaligned, zeroShot } = fold.models.lda!
    expect(calibrated.balancedAccuracy).toBeGreaterThan(0.75)
    expect(unaligned!.balancedAccuracy).toBeLessThan(calibrated.balancedAccuracy - 0.15)
    expect(zeroShot!.balancedAccuracy).toBeLessThan(calibrated.balancedAccuracy - 0.15)
    expect(calibrated.nTest).toBe(80)
    expect(calibrated.confusion.flat().reduce((a, b) => a + b)).toBe(80)
    expect(fold).toMatchObject({
      subject: '02',
      trainingSubjects: ['01', '03', '04', '05'],
      innerSubjects: ['03'],
      calibrationRuns: ['sub-02/task-calibration/run-1'],
      evaluationRuns: ['sub-02/task-emotion/run-1', 'sub-02/task-emotion/run-2'],
      nSelectedVoxels: 10,
      nComponents: 3,
      nTrainingVolumes: 320,
      leaks: [],
    })
    expect(fold.calibrationMinutes).toBeCloseTo(2, 12)
  })

  it('does not take a fit that others validated, though on the same training subjects', async () => {
    const keysOf = async (inner: readonly string[], excluded?: string): Promise<Set<string>> => {
      const keys = new Set<string>()
      const recording: Memo = (stage, key, compute) => {
        if (stage === 'classifier') keys.add(hashKey(stage, key))
        return compute()
      }
      const training = makeStudy().filter(({ subject }) => subject !== excluded)
      const context = makeContext(makePipeline(), recording)
      await decideInner(context, training, inner, [{ name: 'lda', options: {} }])
      return keys
    }
    const two = await keysOf(['02', '03'])
    expect(await keysOf(['02', '03'])).toEqual(two)
    const [one, other] = [await keysOf(['02'], '03'), await keysOf(['03'], '02')]
    expect([...new Set([...two, ...one, ...other])]).toHaveLength(3)
  })

  it('lets every subject serve as the inner one', async () => {
    const inner = new Set<string>()
    for (const subject of subjects)
      (await runStrictFold(makeContext(), makeStudy(), subject)).innerSubjects.forEach((s) =>
        inner.add(s),
      )
    expect([...inner].sort()).toEqual(subjects)
  })

  it('fits the same bytes whatever the labels of the scored runs are', async () => {
    const reversed = { subject: '02', labels: (old: number[]) => old.map((label) => 2 - label) }
    const before = await fitted(makeStudy())
    const after = await fitted(makeStudy(reversed))
    expect(before.states.length).toBeGreaterThan(8)
    expect(before.states.filter((state) => state.startsWith('scoring'))).toHaveLength(3)
    expect(after.states).toEqual(before.states)
    expect(after.accuracy).not.toBe(before.accuracy)
  })

  it('chooses the same, whatever the labels of the scored runs are', async () => {
    const choose = { grid: { 'select.k': [4, 10], 'classify.options.shrinkage': [0.1, 0.9] } }
    const reversed = { subject: '02', labels: (old: number[]) => old.map((label) => 2 - label) }
    const choosing = async (study: ReturnType<typeof makeStudy>) => {
      const context = makeContext({ ...makePipeline(), choose: { ...chosenBy, ...choose } })
      return (await runStrictFold(context, study, '02')).choices
    }
    expect(await choosing(makeStudy(reversed))).toEqual(await choosing(makeStudy()))
  })

  it('notices when labels of a training subject change', async () => {
    const reversed = { subject: '03', labels: (old: number[]) => old.map((label) => 2 - label) }
    expect((await fitted(makeStudy(reversed))).states).not.toEqual(
      (await fitted(makeStudy())).states,
    )
  })

  it('refuses a template that saw the held-out subject', async () => {
    const seen = tampering('population', (population: Population) => ({
      ...population,
      commonSpace: population.commonSpace && {
        ...population.commonSpace,
        fittedOn: [...population.commonSpace.fittedOn, 'sub-02/task-calibration/run-1'],
      },
    }))
    await expect(
      runStrictFold(makeContext(makePipeline(), seen), makeStudy(), '02'),
    ).rejects.toThrow(leak)
  })

  it.each(['population', 'classifier'])(
    'refuses a %s state that does not name its runs',
    async (stage) => {
      const anonymous = tampering(stage, (value: Population) =>
        stage === 'classifier'
          ? { ...value, fittedOn: [] }
          : { ...value, selection: value.selection && { ...value.selection, fittedOn: [] } },
      )
      await expect(
        runStrictFold(makeContext(makePipeline(), anonymous), makeStudy(), '02'),
      ).rejects.toThrow(leak)
    },
  )

  it.each(['align.method=srm', 'align.method=det-srm', 'align.newSubject={ kind: ridge }'])(
    'decodes, and stays blind to the labels of scored runs, with %s',
    async (setting) => {
      const reversed = { subject: '02', labels: (old: number[]) => old.map((label) => 2 - label) }
      const before = await fitted(makeStudy(), [setting])
      const after = await fitted(makeStudy(reversed), [setting])
      expect(after.states).toEqual(before.states)
      expect(before.accuracy).toBeGreaterThan(0.75)
    },
  )

  it('starts shared responses from the seed, and hyperalignment from none', async () => {
    const states = async (...settings: string[]) =>
      (await fitted(makeStudy(), settings)).states.filter((state) => state.startsWith('population'))
    expect(await states('align.method=srm', 'seed=1')).not.toEqual(await states('align.method=srm'))
    expect(await states('seed=1')).toEqual(await states())
  })

  it('finds nothing in the clock or in head motion, and leaves them out of the other variants', async () => {
    const moving = makeStudy().map((subject) => {
      const rng = createRng(`motion ${subject.subject}`)
      const withMotion = (run: RunData): RunData => ({
        ...run,
        motion: {
          data: Float64Array.from({ length: run.nVolumes * 6 }, () => rng.normal()),
          ...{ nRows: run.nVolumes, nCols: 6 },
        },
      })
      const runs = subject.runs.map(withMotion)
      return {
        ...subject,
        ...{ runs, ...splitRuns(subject.subject, runs, makePipeline().data) },
      }
    })
    const controls = makePipeline(['classify.baselines=[time-index, motion, majority, stratified]'])
    const scores: Record<string, number[]> = {}
    for (const subject of subjects) {
      const { models } = await runStrictFold(makeContext(controls), moving, subject)
      for (const [name, { calibrated, unaligned, zeroShot }] of Object.entries(models)) {
        scores[name] = [...(scores[name] ?? []), calibrated.balancedAccuracy]
        expect(unaligned === null, name).toBe(name !== 'lda')
        expect(zeroShot === null, name).toBe(name !== 'lda')
      }
    }
    for (const name of ['time-index', 'motion', 'majority', 'stratified']) {
      const mean = scores[name]!.reduce((a, b) => a + b) / subjects.length
      expect(Math.abs(mean - 1 / 3), name).toBeLessThan(0.06)
    }
  })

  it('needs enough subjects for an inner fit', async () => {
    const few = makeStudy().slice(0, 3)
    await expect(runStrictFold(makeContext(), few, '02')).rejects.toMatchObject({
      code: 'TOO_FEW_SUBJECTS',
    })
    const without = makeContext(makePipeline(['classify.innerSubjects=0']))
    const fold = await runStrictFold(without, few, '02')
    expect(fold.models.lda!.temperature).toBe(1)
  })

  it('knows how the epochs of the final fit do on others from the inner fit', async () => {
    const training = { epoch: 0, loss: 1, accuracy: 0.5 }
    const validation = { validationLoss: 0.9, validationAccuracy: 0.4 }
    const inEpochs: Memo = async <T>(
      stage: string,
      key: unknown,
      compute: () => Promise<T>,
    ): Promise<T> => {
      const value = await compute()
      if (stage !== 'classifier') return value
      const { validated } = key as { validated: boolean }
      return { ...value, epochs: [{ ...training, ...(validated ? validation : {}) }] }
    }
    const epochs = async (...settings: string[]) => {
      const context = makeContext(makePipeline(settings), inEpochs)
      return (await runStrictFold(context, makeStudy(), '02')).models.lda!.epochs
    }
    expect(await epochs()).toEqual([{ ...training, ...validation }])
    expect(await epochs('classify.innerSubjects=0')).toEqual([training])
  })

  it('chooses voxels per subject only from labelled calibration runs', async () => {
    const own = makeContext(makePipeline(['select.mode=per-subject']))
    await expect(runStrictFold(own, makeStudy(), '02')).rejects.toMatchObject({
      code: 'CALIBRATION_LABELS_MISSING',
    })
  })
})

/** Everything that was fitted or decided in the fold, the held-out subject's scaler and map among it, as hashes; and the accuracy it led to. */
async function fitted(
  study: ReturnType<typeof makeStudy>,
  settings: readonly string[] = [],
): Promise<{ states: string[]; accuracy: number }> {
  const states: string[] = []
  const recording: Memo = async (stage, _key, compute) => {
    const value = await compute()
    states.push(`${stage} ${sha256(encodeState({ value }))}`)
    return value
  }
  const context: ProtocolContext = {
    ...makeContext(makePipeline(settings), recording),
    onCalibrated: ({ decoder, calibration }) => {
      states.push(`scoring ${sha256(encodeState({ decoder, calibration }))}`)
      return Promise.resolve()
    },
  }
  const { models, selectedVoxels, choices } = await runStrictFold(context, study, '02')
  const { temperature, calibrated } = models.lda!
  states.push(`decided ${JSON.stringify({ temperature, selectedVoxels, choices })}`)
  return { states, accuracy: calibrated.accuracy }
}

function tampering<V>(target: string, change: (value: V) => unknown): Memo {
  return async <T>(stage: string, _key: unknown, compute: () => Promise<T>): Promise<T> => {
    const value = await compute()
    return stage === target ? (change(value as unknown as V) as T) : value
  }
}
