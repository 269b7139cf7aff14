import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { silent, type Emit } from '../../../src/core/events.ts'
import { createRng } from '../../../src/core/rng.ts'
import type { VolumeFitContext } from '../../../src/train/classifier.ts'
import { resolveResnet3dOptions } from '../../../src/train/volumes/resnet3d-options.ts'
import { scoreResnet3d, type Resnet3dState } from '../../../src/train/volumes/resnet3d-state.ts'
import { trainMembers } from '../../../src/train/volumes/train-members.ts'
import { openTestEngine } from '../network/_engine.ts'
import { grid, makeRuns } from './_volumes.ts'

const { samples } = makeRuns([16, 16], { signal: 0.7 })
const context: VolumeFitContext = {
  rng: createRng(1),
  emit: silent,
  openEngine: openTestEngine,
}
const resolve = (members: number) => resolveResnet3dOptions({ epochs: 2, batchSize: 8, members })
const pair = await trainMembers(samples, resolve(2), context)

function stateOf({ weights, epochs }: typeof pair, members: number): Resnet3dState {
  const size = { nClasses: 2, nFeatures: grid.voxels.length }
  const network = { preset: 'compact', depth: 50, members, grid, volumeZ: true } as const
  return { kind: 'classifier/resnet3d', fittedOn: [], ...size, ...network, weights, epochs }
}

describe('trainMembers', () => {
  it('trains the first network as if it were alone, and the others from other numbers', async () => {
    const alone = await trainMembers(samples, resolve(1), context)
    const nWeights = alone.weights.length
    expect(pair.weights.slice(0, nWeights)).toEqual(alone.weights)
    const second = pair.weights.slice(nWeights)
    expect(second.map(({ name }) => name)).toEqual(
      alone.weights.map(({ name }) => `member2_${name}`),
    )
    expect(second[0]!.data).not.toEqual(alone.weights[0]!.data)
  })

  it('scores by the mean of the networks, and tells the mean of their losses', async () => {
    const nWeights = pair.weights.length / 2
    const volumes = await samples.runs[0]!.read()
    const halves = [pair.weights.slice(0, nWeights), pair.weights.slice(nWeights)]
    const [one, two] = await Promise.all(
      halves.map((weights) => {
        const own = weights.map((weight) => ({
          ...weight,
          name: weight.name.replace('member2_', ''),
        }))
        return scoreResnet3d(stateOf({ ...pair, weights: own }, 1), volumes, context)
      }),
    )
    const both = await scoreResnet3d(stateOf(pair, 2), volumes, context)
    both.data.forEach((score, i) =>
      expect(score).toBeCloseTo((one!.data[i]! + two!.data[i]!) / 2, 5),
    )
    expect(pair.epochs.map(({ epoch }) => epoch)).toEqual([0, 1])
  })

  it('goes on in the network in which it was killed, and leaves no checkpoints at the end', async () => {
    const checkpointDir = mkdtempSync(join(tmpdir(), 'limbic-members-'))
    const killed: Emit = (event) => {
      if (event.type === 'progress' && event.stage === 'train resnet3d 2/2')
        throw new Error('killed')
    }
    await expect(
      trainMembers(samples, resolve(2), { ...context, checkpointDir, emit: killed }),
    ).rejects.toThrow('killed')
    expect(readdirSync(checkpointDir)).toHaveLength(1)
    const stages: string[] = []
    const emit: Emit = (event) => event.type === 'progress' && stages.push(event.stage)
    const resumed = await trainMembers(samples, resolve(2), { ...context, checkpointDir, emit })
    expect(resumed).toEqual(pair)
    expect(new Set(stages)).toEqual(new Set(['train resnet3d 2/2']))
    expect(readdirSync(checkpointDir)).toEqual([])
    rmSync(checkpointDir, { recursive: true })
  })
})
