/** A TensorFlow.js backend whose float32 tensors lie in the heap of the SIMD kernels; all else is that of tfjs-backend-cpu. */
import { createRequire } from 'node:module'
import type { Heap } from './heap.ts'
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs-core'

/** tfjs's name of the backend; 'cpu' stays what tfjs-backend-cpu registers. */
export const backendName = 'limbic-cpu'

export interface CpuBackend extends MathBackendCPU {
  /** Byte offset of a float32 tensor in the heap; moves the tensor there first if it is not. */
  pointerOf(tensor: TensorInfo): number
  /** The values of a tensor, without a copy; not to be kept. */
  valuesOf(tensor: TensorInfo): Float32Array
  /** A float32 tensor with room in the heap, whose values are not set yet. */
  emptyTensor(shape: readonly number[]): TensorInfo
}

/** What the backend keeps per tensor; `pointer` is ours. */
interface HeldData {
  values?: backend_util.BackendValues
  dtype: DataType
  refCount: number
  pointer?: number
}

type DataId = TensorInfo['dataId']

/**
 * Makes the backend.
 *
 * @param heap - Where its tensors live.
 * @returns The backend, not registered yet.
 * @throws Never.
 * @remarks Values are copied when read, and when a stock kernel hands a view of the heap on (as `slice` does): room in the heap is
 *   reused as soon as its tensor is disposed, so nothing else may refer to it.
 */
export function createCpuBackend(heap: Heap): CpuBackend {
  const require = createRequire(import.meta.url)
  const { MathBackendCPU: Base } = require('@tensorflow/tfjs-backend-cpu') as {
    MathBackendCPU: typeof MathBackendCPU
  }
  const inHeap = (values: unknown): values is Float32Array =>
    values instanceof Float32Array && values.buffer === heap.memory.buffer

  class HeapBackend extends Base implements CpuBackend {
    override write(
      values: backend_util.BackendValues,
      shape: number[],
      dtype: DataType,
    ): ReturnType<MathBackendCPU['write']> {
      return super.write(inHeap(values) ? values.slice() : values, shape, dtype)
    }

    override readSync(dataId: DataId): backend_util.BackendValues {
      const values = super.readSync(dataId)
      return inHeap(values) ? values.slice() : values
    }

    override disposeData(dataId: DataId, force = false): boolean {
      const held = this.data.has(dataId) ? this.held(dataId) : undefined
      const isGone = super.disposeData(dataId, force)
      if (isGone && held?.pointer !== undefined) heap.free(held.pointer)
      return isGone
    }

    pointerOf(tensor: TensorInfo): number {
      const held = this.held(tensor.dataId)
      if (held.pointer !== undefined) return held.pointer
      const values = this.valuesOf(tensor)
      const pointer = heap.allocate(values.length)
      const view = heap.view(pointer, values.length)
      view.set(values)
      held.values = view
      held.pointer = pointer
      return pointer
    }

    valuesOf(tensor: TensorInfo): Float32Array {
      const held = this.held(tensor.dataId)
      // Some stock kernels leave plain arrays.
      if (!(held.values instanceof Float32Array))
        held.values = Float32Array.from(held.values as ArrayLike<number>)
      return held.values
    }

    emptyTensor(shape: readonly number[]): TensorInfo {
      const size = shape.reduce((product, length) => product * length, 1)
      const pointer = heap.allocate(size)
      const tensor = this.makeTensorInfo([...shape], 'float32')
      const held = this.held(tensor.dataId)
      held.values = heap.view(pointer, size)
      held.pointer = pointer
      return tensor
    }

    private held(dataId: DataId): HeldData {
      return this.data.get(dataId)
    }
  }

  const backend = new HeapBackend()
  // tfjs-backend-cpu advises on first use to install another package; the advice does not apply here.
  ;(backend as unknown as { firstUse: boolean }).firstUse = false
  return backend
}
