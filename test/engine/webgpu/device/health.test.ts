import { describe, it, expect } from 'vitest'
import { gpuError } from '../../../../src/engine/webgpu/device/health.ts'
import { describeGpu, hasDriver, useGpu } from '../_gpu.ts'

describe('gpuError', () => {
  it('names the shader, and says what to do', () => {
    const message = [
      'Binding size (512) is larger than the size (256) of [Buffer "x"].',
      ' - While validating [ComputePipeline "convolution 4x4"]',
    ].join('\n')
    expect(gpuError(message)).toMatchInlineSnapshot(
      `[LimbicError: webgpu, shader convolution 4x4: The GPU refused a calculation, so the results of this run cannot be trusted. Found Binding size (512) is larger than the size (256) of [Buffer "x"]. Try: Update the graphics driver; until then use \`--set engine=cpu\`. A checkpointed run resumes where it was.]`,
    )
  })

  it('does without a name where there is none', () => {
    expect(gpuError('\n  Out of memory\n').details).toEqual({ message: 'Out of memory' })
  })
})

describeGpu('a device on which something went wrong (needs a GPU driver)', async () => {
  const { engine, context } = hasDriver ? await useGpu() : ({} as never)

  it('fails the run with the name of the broken shader, at once or at the next read, and from then on', async () => {
    const { tf } = engine
    const run = async (): Promise<unknown> => {
      const [x, result] = [tf.ones([4]), tf.zeros([4])]
      context.run({
        key: 'broken on purpose',
        wgsl: () => '@compute @workgroup_size(1) fn main() { this is no shader }',
        ...{ outputs: [result], inputs: [x], params: new Uint32Array(4), groups: [1, 1, 1] },
      })
      return result.data()
    }
    await expect(run()).rejects.toMatchObject({
      code: 'ENGINE_GPU_ERROR',
      details: { shader: 'broken on purpose' },
    })
    expect(() => tf.add(tf.ones([1]), 1)).toThrow(/The GPU refused a calculation/)
  })
})
