import { describe, expect, it } from 'vitest'
import {
  defineGlobalAveragePool3d,
  globalAveragePool,
} from '../../models/global-average-pool-3d.ts'
import { openTestEngine } from '../train/network/_engine.ts'
import type { Tensor } from '@tensorflow/tfjs-core'

const { tf } = await openTestEngine()

describe('globalAveragePool', () => {
  it('is the mean over a volume, per channel', async () => {
    // Channel 0 counts 0, 2, .., 14 in the first volume, channel 1 counts 1, 3, .., 15.
    const x = tf.reshape(tf.range(0, 32), [2, 2, 2, 2, 2])
    expect([...(await globalAveragePool(tf, x).data())]).toEqual([7, 8, 23, 24])
  })

  it('spreads its gradient evenly', async () => {
    const x = tf.zeros([1, 2, 1, 2, 3])
    const dy = tf.tensor([4, 8, 12], [1, 3])
    const gradient = tf.grad((a: Tensor) => globalAveragePool(tf, a))(x, dy)
    expect([...(await gradient.data())]).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3])
  })

  it('leaves a single voxel as it is', async () => {
    const x = tf.tensor([3, -1], [1, 1, 1, 1, 2])
    expect([...(await globalAveragePool(tf, x).data())]).toEqual([3, -1])
  })
})

describe('the layer GlobalAveragePool3d', () => {
  it('takes the voxels away from the shape, known or not', () => {
    const GlobalAveragePool3d = defineGlobalAveragePool3d(tf)
    const layer = new GlobalAveragePool3d({ name: 'pool' })
    expect(layer.computeOutputShape([null, 4, 5, 6, 7])).toEqual([null, 7])
    expect(layer.getClassName()).toBe('GlobalAveragePool3d')
    const input = tf.input({ shape: [4, 5, 6, 7] })
    expect((layer.apply(input) as typeof input).shape).toEqual([null, 7])
  })
})
