import { describe, expect, it } from 'vitest'
import { defineResidualParts, type BottleneckConfig } from '../../models/resnet3d-layers.ts'
import { createRng } from '../../src/core/rng.ts'
import type { FusedBlocks } from '../../src/engine/fused/blocks.ts'
import { openTestEngine } from '../train/network/_engine.ts'
import type { Rank, Scalar, Tensor, Tensor5D, Variable } from '@tensorflow/tfjs-core'

const engine = await openTestEngine()
const { tf } = engine
const parts = defineResidualParts(tf)
const shared = { epsilon: 1e-3, momentum: 0.9, seed: 3 }

function draw(shape: readonly number[], seed: number): Tensor5D {
  const rng = createRng(seed)
  const size = shape.reduce((a, b) => a * b, 1)
  const values = Float32Array.from({ length: size }, () => rng.normal())
  return tf.tensor<Rank.R5>(values, shape as Tensor5D['shape'])
}

function bottleneck(config: Partial<BottleneckConfig>) {
  const { filters = 2, stride = 1, normalisesInput = true } = config
  return new parts.PreActBottleneck({ ...shared, filters, stride, normalisesInput, name: 'block' })
}

/** The published block in nothing but stock operations. */
function plainNormRelu(x: Tensor5D, { gamma, beta }: { gamma: Tensor; beta: Tensor }): Tensor5D {
  const rows = tf.reshape(x, [-1, x.shape.at(-1)!])
  const { mean, variance } = tf.moments(rows, 0)
  const normalised = tf.batchNorm(rows, mean, variance, beta, gamma, 1e-3)
  return tf.relu(tf.reshape<Rank.R5>(normalised, x.shape))
}

function plainBottleneck(x: Tensor5D, stride: number, weights: Map<string, Tensor>): Tensor {
  const of = (name: string) => weights.get(`block/${name}`)!
  const norm = (i: number) => ({ gamma: of(`norm${i}/gamma`), beta: of(`norm${i}/beta`) })
  const conv = (input: Tensor5D, name: string, step: number) =>
    tf.add<Tensor5D>(
      tf.conv3d(input, of(`${name}/kernel`) as Tensor5D, step, name === 'conv2' ? 'same' : 'valid'),
      of(`${name}/bias`),
    )
  const inner = conv(plainNormRelu(x, norm(1)), 'conv1', stride)
  const middle = conv(plainNormRelu(inner, norm(2)), 'conv2', 1)
  const outer = conv(plainNormRelu(middle, norm(3)), 'conv3', 1)
  return tf.add(outer, weights.has('block/shortcut/kernel') ? conv(x, 'shortcut', stride) : x)
}

describe('PreActBottleneck', () => {
  for (const { stride, from } of [
    { stride: 2, from: 3 },
    { stride: 1, from: 8 },
  ] as const)
    it(`is the published block, forwards and backwards (stride ${stride}, ${from} channels in)`, async () => {
      const layer = bottleneck({ stride })
      const x = draw([2, 4, 4, 3, from], 1)
      layer.apply(x)
      expect(layer.trainableWeights).toHaveLength(stride === 2 ? 14 : 12)
      const variables = layer.trainableWeights.map((weight) => weight.read() as Variable)
      variables.forEach((variable, i) => variable.assign(draw(variable.shape, 20 + i)))
      const names = layer.trainableWeights.map((weight) => weight.originalName)
      const plain = () =>
        plainBottleneck(x, stride, new Map(names.map((name, i) => [name, variables[i]!])))
      const own = () => layer.call(x, { training: true }) as Tensor
      const loss = (y: Tensor): Scalar => tf.sum(tf.mul(y, draw(y.shape, 2)))
      expect(layer.computeOutputShape([2, 4, 4, 3, from])).toEqual(own().shape)
      const [found, expected] = [own, plain].map((forward) =>
        tf.variableGrads(() => loss(forward()), variables),
      )
      expect((await found!.value.data())[0]).toBeCloseTo((await expected!.value.data())[0]!, 3)
      for (const { name } of variables) {
        const [a, b] = [await found!.grads[name]!.data(), await expected!.grads[name]!.data()]
        a.forEach((value, i) => expect(value, name).toBeCloseTo(b[i]!, 2))
      }
      layer.dispose()
    })

  it('samples the even voxels at stride 2, in the block and in the shortcut', async () => {
    const layer = bottleneck({ filters: 1, stride: 2, normalisesInput: false })
    const x = tf.reshape<Rank.R5>(tf.range(0, 64), [1, 4, 4, 4, 1])
    layer.apply(x)
    for (const weight of layer.trainableWeights) {
      const isShortcut = weight.originalName === 'block/shortcut/kernel'
      weight.write(
        isShortcut ? tf.ones(weight.shape as number[]) : tf.zeros(weight.shape as number[]),
      )
    }
    const y = await (layer.call(x, {}) as Tensor).data()
    const even = [0, 2, 8, 10, 32, 34, 40, 42]
    expect([...y].filter((_, i) => i % 4 === 0)).toEqual(even)
    layer.dispose()
  })

  it('leaves the first normalisation out where its input is activated already', () => {
    const layer = bottleneck({ normalisesInput: false })
    layer.apply(draw([1, 2, 2, 2, 8], 1))
    const names = layer.weights.map((weight) => weight.originalName)
    expect(names.some((name) => name.startsWith('block/norm1'))).toBe(false)
    expect(names).toContain('block/norm2/gamma')
    layer.dispose()
  })
})

describe('the parts together', () => {
  function createModel(seed: number | null) {
    const config = { ...shared, seed }
    const input = tf.input({ shape: [9, 8, 7, 1] })
    const stem = new parts.Stem({ ...config, filters: 4, name: 'stem' })
    const block = new parts.PreActBottleneck({
      ...config,
      filters: 4,
      stride: 2,
      normalisesInput: true,
      name: 'block',
    })
    const head = new parts.NormPoolHead({ ...config, name: 'head' })
    const output = [stem, block, head].reduce((x, part) => part.apply(x) as typeof input, input)
    return { model: tf.model({ inputs: input, outputs: output }), stem, block, head }
  }

  it('give the stem and the head of stock operations', async () => {
    const { model, stem, head } = createModel(5)
    const x = draw([2, 9, 8, 7, 1], 6)
    const weights = new Map(stem.weights.map((weight) => [weight.originalName, weight.read()]))
    const of = (name: string) => weights.get(`stem/${name}`)!
    const convolved = tf.conv3d(x, of('conv/kernel') as Tensor5D, 2, 'same')
    const active = plainNormRelu(convolved, { gamma: of('norm/gamma'), beta: of('norm/beta') })
    const expected = await tf.maxPool3d(active, 3, 2, 'same').data()
    const found = await (stem.call(x, { training: true }) as Tensor).data()
    found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4))
    const y = draw([2, 3, 2, 2, 16], 7)
    const ones = { gamma: tf.ones([16]), beta: tf.zeros([16]) }
    const pooled = await tf.mean(plainNormRelu(y, ones), [1, 2, 3]).data()
    const headed = await (head.call(y, { training: true }) as Tensor).data()
    headed.forEach((value, i) => expect(value).toBeCloseTo(pooled[i]!, 5))
    model.dispose()
  })

  it('survive being saved and loaded', async () => {
    const { model } = createModel(5)
    model.apply(draw([3, 9, 8, 7, 1], 8), { training: true })
    let saved: Parameters<typeof tf.io.fromMemory>[0] | undefined
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts
        return Promise.resolve({
          modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' },
        })
      }),
    )
    const copy = await tf.loadLayersModel(tf.io.fromMemory(saved!))
    const x = draw([2, 9, 8, 7, 1], 9)
    const [y, again] = [model.apply(x) as Tensor, copy.apply(x) as Tensor]
    expect([...(await again.data())]).toEqual([...(await y.data())])
    expect(copy.getLayer('block').getConfig()).toMatchObject({ filters: 4, stride: 2, seed: 5 })
    model.dispose()
    copy.dispose()
  })

  it('start from kernels that depend on seed and name, or from zeros', async () => {
    const kernels = async (seed: number | null) => {
      const { model, stem, block } = createModel(seed)
      const values = [
        [...(await stem.weights[0]!.read().data())],
        [
          ...(await block.weights
            .find((w) => w.originalName === 'block/conv2/kernel')!
            .read()
            .data()),
        ],
      ]
      model.dispose()
      return values
    }
    const [five, again, six, zero] = [
      await kernels(5),
      await kernels(5),
      await kernels(6),
      await kernels(null),
    ]
    expect(five).toEqual(again)
    expect(five[0]).not.toEqual(six[0])
    expect(zero.flat().every((value) => value === 0)).toBe(true)
    // He normal: variance 2 / fan-in, truncated at two SDs (which takes a quarter of it).
    const squares = five[0]!.reduce((sum, value) => sum + value * value, 0) / five[0]!.length
    expect((squares * 343) / 2).toBeGreaterThan(0.65)
    expect((squares * 343) / 2).toBeLessThan(1.1)
  })

  it('hand their work and their weights to fused blocks where an engine has them', () => {
    const { model, stem, block, head } = createModel(5)
    const calls: unknown[] = []
    const fused: FusedBlocks = {
      stem: (x, { conv, norm }, settings) => {
        calls.push(['stem', x.shape, conv.kernel.shape, norm.gamma.shape, settings])
        return tf.zeros([2, 3, 2, 2, 4])
      },
      bottleneck: (x, { norm1, shortcut }, settings) => {
        calls.push(['bottleneck', x.shape, norm1?.beta.shape, shortcut?.kernel.shape, settings])
        return tf.zeros([2, 2, 1, 1, 16])
      },
      head: (x, { gamma }, settings) => {
        calls.push(['head', x.shape, gamma.shape, settings])
        return tf.zeros([2, 16])
      },
    }
    for (const part of [stem, block, head]) part.fused = fused
    const y = model.apply(draw([2, 9, 8, 7, 1], 9), { training: true }) as Tensor
    const settings = { training: true, epsilon: 1e-3, momentum: 0.9 }
    expect(y.shape).toEqual([2, 16])
    expect(calls).toEqual([
      ['stem', [2, 9, 8, 7, 1], [7, 7, 7, 1, 4], [4], settings],
      ['bottleneck', [2, 3, 2, 2, 4], [4], [1, 1, 1, 4, 16], { ...settings, stride: 2 }],
      ['head', [2, 2, 1, 1, 16], [16], settings],
    ])
    model.dispose()
  })

  it('compute the same with what the engine offers as without it', async () => {
    const run = async (fused: FusedBlocks | undefined) => {
      const { model, stem, block, head } = createModel(5)
      for (const part of [stem, block, head]) part.fused = fused
      const variables = model.trainableWeights.map((weight) => weight.read() as Variable)
      const x = draw([2, 9, 8, 7, 1], 11)
      const { value, grads } = tf.variableGrads(() => {
        const y = model.apply(x, { training: true }) as Tensor
        return tf.sum(tf.mul(y, draw(y.shape, 12)))
      }, variables)
      const later = model.apply(x) as Tensor
      const tensors = [value, ...variables.map(({ name }) => grads[name]!), later]
      const values = await Promise.all(tensors.map(async (tensor) => [...(await tensor.data())]))
      model.dispose()
      return values
    }
    const [plain, offered] = [await run(undefined), await run(engine.fused)]
    plain.forEach((values, i) => {
      const size = Math.max(1, ...values.map(Math.abs))
      values.forEach((value, j) => expect(offered[i]![j]! / size).toBeCloseTo(value / size, 3))
    })
  })

  it('describe themselves', () => {
    const { model, stem, block, head } = createModel(null)
    expect(stem.describeBlock()).toMatchObject({ kind: 'stem', epsilon: 1e-3 })
    expect(block.describeBlock()).toMatchObject({ kind: 'bottleneck', stride: 2 })
    expect(head.describeBlock()).toMatchObject({ kind: 'head' })
    model.dispose()
  })
})
