import { describe, expect, it } from 'vitest'
import {
  resnet3d,
  resnet3dPresets,
  resnet3dVariants,
  type Resnet3dDepth,
  type Resnet3dOptions,
} from '../../models/index.ts'
import { isLimbicError } from '../../src/core/errors/index.ts'
import { openTestEngine } from '../train/network/_engine.ts'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'

const { tf } = await openTestEngine()

const paper: Resnet3dOptions = {
  preset: 'paper',
  shape: [64, 64, 44],
  nClasses: 2,
  seed: 1,
  weights: 'zeros',
}
const compact: Resnet3dOptions = { preset: 'compact', shape: [16, 16, 12], nClasses: 3, seed: 1 }

function nTrainable(model: LayersModel): number {
  const sizes = model.trainableWeights.map(({ shape }) => shape.reduce<number>((a, b) => a * b!, 1))
  return sizes.reduce((sum, size) => sum + size, 0)
}

function shapes(model: LayersModel): Record<string, (number | null)[]> {
  return Object.fromEntries(
    model.layers.map(({ name, outputShape }) => [
      name,
      (outputShape as (number | null)[]).slice(1),
    ]),
  )
}

describe('the paper preset', () => {
  it('has 46 223 490 parameters, 46 178 050 of them trained, at 64 x 64 x 44 and 2 classes', () => {
    const model = resnet3d(tf, paper)
    expect(model.countParams()).toBe(46_223_490)
    expect(nTrainable(model)).toBe(46_178_050)
    expect(model.layers.map(({ name }) => name).filter((name) => /^stage/.test(name))).toHaveLength(
      16,
    )
    expect(shapes(model)).toMatchObject({
      volume: [64, 64, 44, 1],
      stem: [16, 16, 11, 64],
      stage1_block3: [16, 16, 11, 256],
      stage2_block4: [8, 8, 6, 512],
      stage3_block6: [4, 4, 3, 1024],
      stage4_block3: [2, 2, 2, 2048],
      head: [2048],
      logits: [2],
      probabilities: [2],
    })
    model.dispose()
  })

  it('counts as many parameters as its blocks have, at every depth', () => {
    for (const depth of Object.keys(resnet3dVariants).map(Number) as Resnet3dDepth[]) {
      const { block, blocksPerStage } = resnet3dVariants[depth]
      const conv = (size: number, from: number, to: number): number => size ** 3 * from * to + to
      let total = conv(7, 1, 64) + 4 * 64
      let from = 64
      blocksPerStage.forEach((n, stage) => {
        const f = 64 * 2 ** stage
        const to = block === 'basic' ? f : 4 * f
        for (let i = 0; i < n; i++) {
          total += stage === 0 && i === 0 ? 0 : 4 * from
          total +=
            block === 'basic'
              ? conv(3, from, f) + 4 * f + conv(3, f, f)
              : conv(1, from, f) + 4 * f + conv(3, f, f) + 4 * f + conv(1, f, to)
          total += from !== to || (stage > 0 && i === 0) ? conv(1, from, to) : 0
          from = to
        }
      })
      total += 4 * from + from * 2 + 2
      const model = resnet3d(tf, { ...paper, depth })
      expect(model.countParams(), String(depth)).toBe(total)
      expect(model.name).toBe(`resnet3d-${depth}`)
      model.dispose()
    }
  }, 30_000)

  it('takes volumes of any shape with the same parameters', async () => {
    const model = resnet3d(tf, { ...paper, shape: [5, 4, 3], channels: 1 })
    expect(model.countParams()).toBe(46_223_490)
    expect(shapes(model)).toMatchObject({ stem: [2, 1, 1, 64], stage4_block3: [1, 1, 1, 2048] })
    model.dispose()
    const two = resnet3d(tf, { ...compact, channels: 2, shape: [3, 5, 4] })
    const y = two.apply(tf.zeros([2, 3, 5, 4, 2])) as Tensor
    expect(y.shape).toEqual([2, 3])
    expect([...(await tf.sum(y, 1).data())].every((sum) => Math.abs(sum - 1) < 1e-5)).toBe(true)
    two.dispose()
  })
})

describe('the compact preset', () => {
  it('trains 56 491 parameters at 3 classes', () => {
    const model = resnet3d(tf, compact)
    expect(nTrainable(model)).toBe(56_491)
    expect(model.countParams()).toBe(56_491 + 240)
    expect(shapes(model)).toMatchObject({
      stem: [8, 8, 6, 8],
      block1: [8, 8, 6, 8],
      block2: [4, 4, 3, 16],
      block3: [2, 2, 2, 32],
      pool: [32],
      logits: [3],
    })
    expect(model.getLayer('dropout').getConfig()).toMatchObject({ rate: 0.3 })
    model.dispose()
  })

  it('starts from weights that depend on the seed alone', async () => {
    const kernelOf = async (seed: number) => {
      const model = resnet3d(tf, { ...compact, seed })
      const kernel = [...(await model.getLayer('block2_conv1').weights[0]!.read().data())]
      model.dispose()
      return kernel
    }
    expect(await kernelOf(1)).toEqual(await kernelOf(1))
    expect(await kernelOf(1)).not.toEqual(await kernelOf(2))
  })

  it('is drawn to classes by a few steps, every weight taking part', () => {
    const model = resnet3d(tf, { ...compact, shape: [8, 8, 8], output: 'logits' })
    const x = tf.randomNormal([6, 8, 8, 8, 1], 0, 1, 'float32', 7)
    const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'), 3)
    const before = model.trainableWeights.map((weight) => weight.read().dataSync().slice())
    const optimizer = tf.train.adam(0.02)
    const losses = Array.from({ length: 25 }, () =>
      optimizer
        .minimize(
          () => tf.losses.softmaxCrossEntropy(labels, model.apply(x, { training: true }) as Tensor),
          true,
        )!
        .dataSync(),
    ).map(([loss]) => loss!)
    expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!)
    model.trainableWeights.forEach((weight, i) =>
      expect([...weight.read().dataSync()], weight.name).not.toEqual([...before[i]!]),
    )
    model.dispose()
  })

  it('samples the even voxels where it projects', async () => {
    const model = resnet3d(tf, { ...compact, shape: [4, 4, 4] })
    for (const layer of model.layers.filter(({ name }) => name.endsWith('_shortcut')))
      expect(layer.getConfig()).toMatchObject({ padding: 'valid', kernelSize: [1, 1, 1] })
    const shortcut = model.getLayer('block2_shortcut')
    tf.tidy(() => shortcut.setWeights([tf.ones([1, 1, 1, 8, 16])]))
    const volume = tf.reshape(tf.range(0, 64), [1, 4, 4, 4, 1])
    const y = shortcut.call(tf.div(tf.tile(volume, [1, 1, 1, 1, 8]), 8), {}) as Tensor
    const first = [...(await y.data())].filter((_, i) => i % 16 === 0)
    expect(first).toEqual([0, 2, 8, 10, 32, 34, 40, 42])
    model.dispose()
  })
})

describe('networks side by side', () => {
  it('have the mean of the scores of networks with the seeds that follow', async () => {
    const settings = { preset: 'compact', shape: [6, 7, 5], nClasses: 3, output: 'logits' } as const
    const both = resnet3d(tf, { ...settings, seed: 4, members: 2 })
    const [one, two] = [4, 5].map((seed) => resnet3d(tf, { ...settings, seed }))
    expect(both.countParams()).toBe(2 * one!.countParams())
    const x = tf.randomNormal([2, 6, 7, 5, 1], 0, 1, 'float32', 1)
    const [mean, first, second] = await Promise.all(
      [both, one!, two!].map((model) => (model.predict(x) as Tensor).data()),
    )
    mean!.forEach((score, i) => expect(score).toBeCloseTo((first![i]! + second![i]!) / 2, 5))
    for (const model of [both, one!, two!]) model.dispose()
  })
})

describe('resnet3d', () => {
  it('refuses what cannot be built', () => {
    const refusal = (overrides: object): string => {
      try {
        resnet3d(tf, { ...compact, ...overrides })
      } catch (error) {
        if (isLimbicError(error, 'VALUE_INVALID')) return error.details.what
        throw error
      }
      return 'none'
    }
    expect(refusal({ preset: 'large' })).toMatch(/^preset/)
    expect(refusal({ depth: 20 })).toMatch(/^depth/)
    expect(refusal({ shape: [16, 16] })).toMatch(/^volume shape/)
    expect(refusal({ shape: [16, 0, 4] })).toMatch(/^volume shape/)
    expect(refusal({ channels: 0 })).toMatch(/channels/)
    expect(refusal({ nClasses: 1 })).toMatch(/classes/)
    expect(resnet3dPresets).toEqual(['paper', 'compact'])
  })
})
