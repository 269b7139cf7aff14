/**
 * Runs WGSL programs beside those of tfjs-backend-webgpu, in its command encoder and so in its order: tensors in, tensors written.
 *
 * TensorFlow.js allows one fresh output per program and uploads all shapes each time. Here a program may have several outputs and write
 * in place; shapes are constants of the shader; what varies comes in small uniform buffers, cached by content.
 */
import { assertBindable, type GpuBackend } from './backend.ts'
import type { Tf } from '../tf.ts'
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core'

/** A tensor, or a part of one: `offset` and `length` count elements; the offset must be a multiple of `partAlignment`. */
export interface Part {
  readonly tensor: TensorInfo
  readonly offset: number
  readonly length: number
}

/** Elements of 4 bytes at whose multiples a part may begin (256 bytes, the most that WebGPU devices ask for). */
export const partAlignment = 64

export type Operand = TensorInfo | Part

export interface Dispatch {
  /** Names the pipeline: same key, same shader text. Shows up in errors. */
  readonly key: string
  /** Text of the shader; called once per key. Bindings: outputs, inputs, then the uniform. */
  readonly wgsl: () => string
  readonly outputs: readonly Operand[]
  readonly inputs: readonly Operand[]
  /** Content of the uniform; f32 as their bits. At most 16 bytes that repeat from step to step. */
  readonly params: Uint32Array<ArrayBuffer>
  /** Set where the uniform changes from step to step, so that it is not worth keeping. */
  readonly isTransient?: boolean
  readonly groups: Groups
}

/** Workgroups along x, y and z. */
export type Groups = readonly [x: number, y: number, z: number]

/** What the kernels work with. */
export interface GpuContext {
  readonly backend: GpuBackend
  readonly limits: GPUSupportedLimits
  run(dispatch: Dispatch): void
  allocate(shape: readonly number[], dtype?: DataType): TensorInfo
  release(tensor: TensorInfo): void
}

/**
 * Makes what the kernels work with.
 *
 * @param tf - TensorFlow.js, for its settings.
 * @param backend - The backend whose encoder is used.
 * @returns The context; pipelines and uniforms live as long as it does.
 * @throws Never.
 */
export function createGpuContext(tf: Tf, backend: GpuBackend): GpuContext {
  const pipelines = new Map<string, GPUComputePipeline>()
  const uniforms = new Map<string, GPUBuffer>()
  const { device } = backend

  const pipelineOf = ({ key, wgsl }: Dispatch): GPUComputePipeline => {
    const known = pipelines.get(key)
    if (known !== undefined) return known
    const module = device.createShaderModule({ code: wgsl(), label: key })
    const made = device.createComputePipeline({
      ...{ label: key, layout: 'auto' },
      compute: { module, entryPoint: 'main' },
    })
    pipelines.set(key, made)
    return made
  }

  const uniformOf = ({ params, isTransient }: Dispatch): GPUBuffer => {
    if (isTransient === true) return transientUniform(backend, params)
    const content = params.join()
    const known = uniforms.get(content) ?? keptUniform(device, params)
    uniforms.set(content, known)
    return known
  }

  const bufferOf = (dispatch: Dispatch, operand: Operand): GPUBufferBinding => {
    const { tensor, ...range } = 'tensor' in operand ? operand : { tensor: operand }
    backend.uploadToGPU(tensor.dataId)
    backend.commandQueueOwnedIds.add(tensor.dataId)
    const buffer = backend.tensorMap.get(tensor.dataId).resource!
    if (!('offset' in range)) {
      assertBindable(dispatch.key, buffer.size, device.limits.maxStorageBufferBindingSize)
      return { buffer }
    }
    return { buffer, offset: range.offset * 4, size: range.length * 4 }
  }

  return {
    backend,
    limits: device.limits,
    allocate: (shape, dtype = 'float32') => backend.makeTensorInfo([...shape], dtype),
    release: ({ dataId }) => void backend.disposeData(dataId),
    run: (dispatch) => {
      const { outputs, inputs, groups } = dispatch
      if (groups.includes(0)) return
      const pipeline = pipelineOf(dispatch)
      const buffers = [...outputs, ...inputs].map((operand) => bufferOf(dispatch, operand))
      // A copy on the CPU is stale once the tensor is written in place.
      for (const output of outputs) backend.tensorMap.get(tensorOf(output).dataId).values = null
      const resources = [...buffers, { buffer: uniformOf(dispatch) }]
      const bindGroup = device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: resources.map((resource, binding) => ({ binding, resource })),
      })
      backend.ensureCommandEncoderReady()
      const pass = (backend.computePassEncoder ??= backend.commandEncoder!.beginComputePass())
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, bindGroup)
      pass.dispatchWorkgroups(...groups)
      if (++backend.dispatchCountInPass < tf.env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE'))
        return
      backend.endComputePassEncoder()
      backend.submitQueue()
    },
  }
}

/**
 * Workgroups for one thread per element, over as many axes as it takes.
 *
 * @param nElements - Number of threads wanted.
 * @param perGroup - Threads per workgroup.
 * @returns Workgroups; the thread's element is `g.x + g.y * nw.x * perGroup`.
 * @throws Never.
 * @example
 * const few = linearGroups(1000, 256) // few = [4, 1, 1]
 */
export function linearGroups(nElements: number, perGroup = 256): Groups {
  const needed = Math.ceil(nElements / perGroup)
  const x = Math.min(needed, 32768)
  return [x, x === 0 ? 0 : Math.ceil(needed / x), 1]
}

/**
 * The bits of a float32, for a uniform.
 *
 * @param value - The number.
 * @returns Its bits.
 * @throws Never.
 * @example
 * const one = floatBits(1) // one = 1065353216
 */
export function floatBits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!
}

/**
 * Declares the bindings of a shader in the order that `Dispatch` promises.
 *
 * @param outputs - Name and element type of each output.
 * @param inputs - Name and element type of each input.
 * @param params - Body of the uniform's struct.
 * @returns WGSL.
 * @throws Never.
 */
export function declareBindings(
  outputs: Readonly<Record<string, string>>,
  inputs: Readonly<Record<string, string>>,
  params: string,
): string {
  const declare =
    (access: string) =>
    ([name, type]: [string, string]): string =>
      `var<storage, ${access}> ${name} : array<${type}>;`
  const buffers = [
    ...Object.entries(outputs).map(declare('read_write')),
    ...Object.entries(inputs).map(declare('read')),
  ]
  return [
    `struct Params { ${params} };`,
    ...[...buffers, 'var<uniform> params : Params;'].map(
      (buffer, i) => `@group(0) @binding(${i}) ${buffer}`,
    ),
  ].join('\n')
}

function tensorOf(operand: Operand): TensorInfo {
  return 'tensor' in operand ? operand.tensor : operand
}

function keptUniform(device: GPUDevice, params: Uint32Array): GPUBuffer {
  const size = Math.max(16, Math.ceil(params.length / 4) * 16)
  const buffer = device.createBuffer({
    size,
    usage: GPUBufferUsage.UNIFORM,
    mappedAtCreation: true,
  })
  new Uint32Array(buffer.getMappedRange()).set(params)
  buffer.unmap()
  return buffer
}

/** Taken from tfjs's pool, and given back when the commands so far have been submitted: the next write then comes after them. */
function transientUniform(backend: GpuBackend, params: Uint32Array<ArrayBuffer>): GPUBuffer {
  const size = Math.ceil(params.length / 4) * 16
  const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST
  const buffer = backend.bufferManager.acquireBuffer(size, usage)
  backend.queue.writeBuffer(buffer, 0, params)
  backend.uniformPendingDisposal.push(buffer)
  return buffer
}
