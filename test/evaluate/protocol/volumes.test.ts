import { describe, expect, it } from 'vitest'
import { silent } from '../../../src/core/events.ts'
import { createRng } from '../../../src/core/rng.ts'
import type { ProtocolContext } from '../../../src/evaluate/protocol/context.ts'
import { fitDecoder, populationStates } from '../../../src/evaluate/protocol/fit.ts'
import { modelChoices } from '../../../src/evaluate/protocol/fit-classifier.ts'
import { fitPopulation, trainingSamples } from '../../../src/evaluate/protocol/population.ts'
import { runStrictFold } from '../../../src/evaluate/protocol/strict.ts'
import type { SubjectData } from '../../../src/evaluate/protocol/subject-data.ts'
import {
  featureGrid,
  heldOutVolumes,
  trainingVolumes,
} from '../../../src/evaluate/protocol/volumes.ts'
import { assertNoLeak } from '../../../src/evaluate/leak-guard.ts'
import { loadPipeline } from '../../../src/pipeline/load.ts'
import { openTestEngine } from '../../train/network/_engine.ts'
import { makeSubject } from './_subject.ts'

const nVoxels = 6
const shipped = await loadPipeline('resnet3d-loso')

function context(overrides: Partial<ProtocolContext['pipeline']> = {}): ProtocolContext {
  const options = { preset: 'compact', epochs: 2, batchSize: 4 }
  return {
    pipeline: {
      ...shipped,
      classify: { ...shipped.classify, options, baselines: ['ridge'], innerSubjects: 1 },
      ...overrides,
    },
    classes: ['negative', 'neutral'],
    memo: (_name, _key, make) => make(),
    emit: silent,
    rng: createRng(1),
    openEngine: openTestEngine,
  }
}

function makeSubjects(): SubjectData[] {
  return ['01', '02', '03', '04'].map((subject) => {
    const rng = createRng(subject)
    const volumes = (labels: readonly number[]) =>
      labels.map((label) =>
        Array.from({ length: nVoxels }, (_, v) => {
          const response = label < 0 ? 0 : 2 * label - 1
          return 100 + 3 * (v < 3 ? response : -response) + rng.normal()
        }),
      )
    const run = (task: string, labels: readonly number[]) => ({
      ...{ task, run: '1', labels },
      volumes: volumes(labels),
    })
    const runs = [
      run('calibration', Array<number>(10).fill(-1)),
      run('emotion', [0, 0, 1, 1, -1, 0, 1, 0, 1, 1]),
    ]
    return makeSubject(subject, runs, { kind: 'task', task: 'calibration' }, nVoxels)
  })
}

describe('trainingVolumes', () => {
  it('reads, run by run, what other classifiers are given at once', async () => {
    const subjects = makeSubjects().slice(0, 3)
    const population = await fitPopulation(context(), subjects, 'calibrated')
    const volumes = trainingVolumes(context(), population, subjects)
    const whole = await trainingSamples(context(), population, subjects)
    expect(volumes.runs.map(({ key }) => key)).toEqual(whole.runs)
    expect(volumes.runs.flatMap(({ labels }) => [...labels])).toEqual([...whole.labels])
    const read: number[] = []
    for (const run of volumes.runs) read.push(...(await run.read()).data)
    expect(read).toEqual([...whole.features.data])
    expect(volumes.grid).toEqual({ shape: [6, 1, 1], voxels: Int32Array.of(0, 1, 2, 3, 4, 5) })
  })

  it('averages blocks where blocks are scored', async () => {
    const evaluate = { ...shipped.evaluate, unit: 'block' } as const
    const subjects = makeSubjects().slice(0, 2)
    const blocks = context({ evaluate })
    const population = await fitPopulation(blocks, subjects, 'calibrated')
    const [first] = trainingVolumes(blocks, population, subjects).runs
    expect([...first!.labels]).toEqual([0, 1, 0, 1, 0, 1])
    expect((await first!.read()).nRows).toBe(6)
  })

  it('calls the volumes another version when they are scaled by other runs', async () => {
    const subjects = makeSubjects().slice(0, 2)
    const versions = async (variant: 'calibrated' | 'zero-shot') => {
      const population = await fitPopulation(context(), subjects, variant)
      return trainingVolumes(context(), population, subjects).runs.map(({ version }) => version)
    }
    expect(
      new Set([...(await versions('calibrated')), ...(await versions('zero-shot'))]).size,
    ).toBe(4)
  })

  it('refuses features that lie on no grid', async () => {
    const subjects = makeSubjects().slice(0, 2)
    const population = await fitPopulation(context(), subjects, 'calibrated')
    const own = { ...population, selection: null }
    expect(featureGrid(own, subjects)).toBeUndefined()
    expect(() => trainingVolumes(context(), own, subjects)).toThrow(/differ between subjects/)
  })
})

describe('heldOutVolumes', () => {
  it('scales the volumes of a new subject by its own calibration', async () => {
    const subjects = makeSubjects()
    const population = await fitPopulation(context(), subjects.slice(0, 3), 'calibrated')
    const held = await heldOutVolumes(context(), population, subjects.slice(3))
    expect(held.runs.map(({ key }) => key)).toEqual(['sub-04/task-emotion/run-1'])
    const { data } = await held.runs[0]!.read()
    // Raw intensities are about 100; z-scores are not.
    expect(Math.max(...data)).toBeLessThan(20)
  })
})

describe('a strict fold with a model of whole volumes', () => {
  it('is scored beside a linear model on the same voxels', async () => {
    const fold = await runStrictFold(context(), makeSubjects(), '02')
    expect(Object.keys(fold.models)).toEqual(['resnet3d', 'ridge'])
    expect(fold.models['resnet3d']!.calibrated.nTest).toBe(9)
    expect(fold.models['resnet3d']!.epochs).toHaveLength(2)
    expect(fold.models['ridge']!.calibrated.accuracy).toBeGreaterThan(0.8)
    expect(fold).toMatchObject({ nTrainingVolumes: 27, nSelectedVoxels: 6, leaks: [] })
  })

  it('cannot score a subject that the network has seen', async () => {
    const subjects = makeSubjects()
    const decoder = await fitDecoder(context(), subjects, 'calibrated', modelChoices(context()))
    const states = populationStates(decoder, 'resnet3d').map((state) => ({
      state,
      scope: 'population' as const,
    }))
    expect(states.map(({ state }) => state.kind)).toContain('classifier/resnet3d')
    const network = states.filter(({ state }) => state.kind === 'classifier/resnet3d')
    expect(() => assertNoLeak(network, '03', ['sub-03/task-emotion/run-1'])).toThrow(/resnet3d/)
  })

  it('takes no aligned features', async () => {
    const align = { ...shipped.align, method: 'hyperalignment' } as const
    await expect(runStrictFold(context({ align }), makeSubjects(), '02')).rejects.toThrow(/aligned/)
  })
})
