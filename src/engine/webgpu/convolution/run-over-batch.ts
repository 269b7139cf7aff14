/** Runs a convolution whose rows belong to samples, over as many parts of the batch as the GPU's limits ask for. */
import type { GpuContext } from '../dispatch.ts'
import { runProduct, type Finish } from '../gemm/run-product.ts'
import { chooseTiling, type TileShape, type Tiling } from '../gemm/tiles.ts'
import { splitBatch, takePart, type BatchPart } from './batch-parts.ts'
import type { BatchFinish } from './finish.ts'
import type { Geometry } from './geometry.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

export interface ConvolutionOptions {
  readonly finish?: BatchFinish | undefined
  /** Instead of the one that the cost model chooses. */
  readonly tiling?: Tiling | undefined
}

export interface BatchProduct {
  readonly key: string
  readonly shader: (tile: TileShape, finish: Finish | undefined) => string
  /** Rows of the product per sample, within one class. */
  readonly rowsPerSample: number
  readonly classes?: number
  readonly depth: number
  readonly columns: number
  /** Operand with the batch first. */
  readonly batched: TensorInfo
  /** Operand that all samples share. */
  readonly shared: TensorInfo
  readonly result: TensorInfo
  readonly hasQuads: boolean
}

/**
 * Runs the product.
 *
 * @param context - Engine.
 * @param geometry - The convolution.
 * @param options - Finish and tiling.
 * @param product - Shader, operands and sizes; the result is written.
 * @returns Nothing.
 * @throws {LimbicError} `ENGINE_GPU_LIMIT` when one sample alone is more than a shader may see.
 */
export function runOverBatch(
  context: GpuContext,
  { batch }: Geometry,
  options: ConvolutionOptions,
  product: BatchProduct,
): void {
  const { batched, shared, result, rowsPerSample, columns, depth, classes = 1 } = product
  const sampleSize = (tensor: TensorInfo): number =>
    tensor.shape.reduce((a, b) => a * b, 1) / Math.max(1, batch)
  const sampleSizes = [sampleSize(batched), sampleSize(result)]
  const scratchLimit = context.limits.maxStorageBufferBindingSize / 4
  const runPart = (part: BatchPart): void => {
    const rows = part.count * rowsPerSample
    const tiling = options.tiling ?? chooseTiling({ rows, columns, depth, classes, scratchLimit })
    runProduct(context, {
      key: product.key,
      tiling,
      shader: (finish) => product.shader(tiling.tile, finish),
      inputs: [takePart(batched, batch, part), shared],
      ...{ rows, rowTiles: Math.ceil(rows / tiling.tile.rows), columns, classes },
      target: takePart(result, batch, part),
      size: part.count * sampleSize(result),
      hasQuads: product.hasQuads,
      finish: options.finish?.(batch, part),
    })
  }
  if (batch > 0) splitBatch({ batch, sampleSizes, rowsPerSample }, context.limits).forEach(runPart)
}
