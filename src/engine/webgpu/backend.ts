/** The TensorFlow.js backend of the GPU engine: that of tfjs-backend-webgpu, which fails where the original goes on with wrong numbers. */
import { createRequire } from 'node:module'
import { LimbicError } from '../../core/errors/index.ts'
import type { DeviceHealth } from './device/health.ts'
import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs-core'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'

/** tfjs's name of the backend; 'webgpu' stays what tfjs-backend-webgpu registers. */
export const backendName = 'limbic-webgpu'

type DataId = TensorInfo['dataId']

/** What the kernels use of the backend; tfjs declares part of it private. */
export interface GpuBackend {
  readonly device: GPUDevice
  readonly queue: GPUQueue
  readonly tensorMap: {
    get(id: DataId): { resource?: GPUBuffer; values: backend_util.BackendValues | null }
  }
  readonly bufferManager: { acquireBuffer(size: number, usage: number): GPUBuffer }
  readonly uniformPendingDisposal: GPUBuffer[]
  readonly commandQueueOwnedIds: WeakSet<DataId>
  readonly commandEncoder: GPUCommandEncoder | null
  computePassEncoder: GPUComputePassEncoder | null
  dispatchCountInPass: number
  ensureCommandEncoderReady(): void
  endComputePassEncoder(): void
  submitQueue(): void
  uploadToGPU(id: DataId): void
  makeTensorInfo(shape: number[], dtype: DataType): TensorInfo
  disposeData(id: DataId, force?: boolean): boolean
  refCount(id: DataId): number
}

/**
 * Makes the backend; `navigator.gpu` must be there.
 *
 * @param device - The device.
 * @param info - What is known of the adapter.
 * @param health - What went wrong on the device so far.
 * @returns The backend, not registered yet.
 * @throws Never.
 */
export function createGpuBackend(
  device: GPUDevice,
  info: GPUAdapterInfo,
  health: DeviceHealth,
): WebGPUBackend & GpuBackend {
  const require = createRequire(import.meta.url)
  const { WebGPUBackend: Base } = require('@tensorflow/tfjs-backend-webgpu') as {
    WebGPUBackend: typeof WebGPUBackend
  }
  const bindingLimit = device.limits.maxStorageBufferBindingSize

  class CheckedBackend extends Base {
    override uploadToGPU(id: DataId): void {
      health.assertHealthy()
      super.uploadToGPU(id)
    }

    override runWebGPUProgram(
      ...[program, inputs, ...rest]: Parameters<WebGPUBackend['runWebGPUProgram']>
    ): TensorInfo {
      for (const shape of [program.outputShape, ...inputs.map((input) => input.shape)])
        assertBindable(
          program.constructor.name,
          shape.reduce((bytes, length) => bytes * length, 4),
          bindingLimit,
        )
      return super.runWebGPUProgram(program, inputs, ...rest)
    }

    override async read(id: DataId): Promise<backend_util.BackendValues> {
      health.assertHealthy()
      try {
        return await super.read(id)
      } catch (cause) {
        // The reason of a loss is told one turn later than the loss itself.
        await new Promise(setImmediate)
        health.assertHealthy()
        throw cause
      } finally {
        health.assertHealthy()
      }
    }

    override readSync(id: DataId): backend_util.BackendValues {
      const { values } = this.tensorMap.get(id)
      if (values != null) return values
      throw new LimbicError('ENGINE_OPERATION_UNSUPPORTED', {
        engine: 'webgpu',
        operation: 'reading a tensor synchronously',
        remedy: 'Use `await tensor.data()` in place of `tensor.dataSync()`, or the cpu engine.',
      })
    }
  }
  return new CheckedBackend(device, info) as unknown as WebGPUBackend & GpuBackend
}

/**
 * Refuses an array that a shader cannot see whole.
 *
 * @param operation - What it takes part in.
 * @param bytes - Its size.
 * @param limit - The most that one binding may have.
 * @returns Nothing.
 * @throws {LimbicError} `ENGINE_GPU_LIMIT` when it is too large.
 */
export function assertBindable(operation: string, bytes: number, limit: number): void {
  if (bytes > limit) throw new LimbicError('ENGINE_GPU_LIMIT', { operation, bytes, limit })
}
