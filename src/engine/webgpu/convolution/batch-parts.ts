/** A batch -> consecutive parts of it that a shader may see whole: GPUs bound the bytes of a binding and the workgroups of a dispatch. */
import { LimbicError } from '../../../core/errors/index.ts'
import { partAlignment, type Operand } from '../dispatch.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

/** Samples `start` to `start + count`. */
export interface BatchPart {
  readonly start: number
  readonly count: number
}

export interface BatchDemand {
  readonly batch: number
  /** Elements per sample of every tensor that is taken in parts. */
  readonly sampleSizes: readonly number[]
  /** Rows of the product per sample. */
  readonly rowsPerSample: number
}

/** Rows of the smallest tile: as many rows as that, times the most workgroups along an axis, fit in one dispatch. */
const fewestTileRows = 32

/**
 * Splits a batch.
 *
 * @param demand - What a sample takes.
 * @param limits - Bytes per binding and workgroups per axis.
 * @returns As few parts as the limits allow, in order; all but the last of the same length.
 * @throws {LimbicError} `ENGINE_GPU_LIMIT` when the smallest possible part is too large.
 * @example
 * const whole = splitBatch({ batch: 5, sampleSizes: [64], rowsPerSample: 1 }, { maxStorageBufferBindingSize: 4096, maxComputeWorkgroupsPerDimension: 9 }) // whole = [{ start: 0, count: 5 }]
 * const parts = splitBatch({ batch: 5, sampleSizes: [64, 32], rowsPerSample: 1 }, { maxStorageBufferBindingSize: 600, maxComputeWorkgroupsPerDimension: 9 }) // parts = [{ start: 0, count: 2 }, { start: 2, count: 2 }, { start: 4, count: 1 }]
 */
export function splitBatch(
  { batch, sampleSizes, rowsPerSample }: BatchDemand,
  limits: Pick<
    GPUSupportedLimits,
    'maxStorageBufferBindingSize' | 'maxComputeWorkgroupsPerDimension'
  >,
): BatchPart[] {
  const { maxStorageBufferBindingSize: bytes, maxComputeWorkgroupsPerDimension: groups } = limits
  const largest = Math.max(...sampleSizes)
  const most = Math.min(
    Math.floor(bytes / (4 * largest)),
    Math.floor((groups * fewestTileRows) / rowsPerSample),
  )
  if (most >= batch) return [{ start: 0, count: batch }]
  const aligned = sampleSizes.map(
    (size) => partAlignment / greatestCommonDivisor(size, partAlignment),
  )
  // Powers of two: the largest is a multiple of all.
  const unit = Math.max(...aligned)
  const count = Math.floor(most / unit) * unit
  if (count === 0)
    throw new LimbicError('ENGINE_GPU_LIMIT', {
      operation: 'convolution',
      bytes: 4 * largest * Math.min(unit, batch),
      limit: bytes,
    })
  return Array.from({ length: Math.ceil(batch / count) }, (_, i) => ({
    start: i * count,
    count: Math.min(count, batch - i * count),
  }))
}

/**
 * The samples of a tensor that belong to a part.
 *
 * @param tensor - Tensor with the batch first.
 * @param batch - Samples in all.
 * @param part - Which of them.
 * @returns The part, or the tensor itself when that is all of it.
 * @throws Never.
 */
export function takePart(tensor: TensorInfo, batch: number, { start, count }: BatchPart): Operand {
  if (count === batch) return tensor
  const sampleSize = tensor.shape.reduce((a, b) => a * b, 1) / batch
  return { tensor, offset: start * sampleSize, length: count * sampleSize }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
