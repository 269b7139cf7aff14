/** What joins a convolution's outputs on their way to memory: `relu(value + bias + residual)`, each part optional. */
import type { Operand } from '../dispatch.ts'
import type { Finish } from '../gemm/run-product.ts'
import { takePart, type BatchPart } from './batch-parts.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

export interface FinishSpec {
  /** `[Cout]`. */
  readonly bias?: TensorInfo | undefined
  /** Shape of the output. */
  readonly residual?: TensorInfo | undefined
  readonly relu?: boolean
}

/** The finish of one part of the batch. */
export type BatchFinish = (batch: number, part: BatchPart) => Finish

/**
 * Turns tensors into code that runs at the end of a convolution.
 *
 * @param spec - What joins in.
 * @returns The finish, or nothing when there is none.
 * @throws Never.
 */
export function finishOf({ bias, residual, relu = false }: FinishSpec): BatchFinish | undefined {
  if (bias === undefined && residual === undefined && !relu) return undefined
  const operandsOf = (batch: number, part: BatchPart): Record<string, Operand> => ({
    ...(bias === undefined ? {} : { bias }),
    ...(residual === undefined ? {} : { residual: takePart(residual, batch, part) }),
  })
  const epilogue: Finish['epilogue'] = (value, column, at, width) => {
    const terms = [
      value,
      ...(bias === undefined ? [] : [`bias[${column}]`]),
      ...(residual === undefined ? [] : [`residual[${at}]`]),
    ].join(' + ')
    return relu ? `max(${terms}, ${width === 4 ? 'vec4f' : 'f32'}(0))` : terms
  }
  const names = [bias && 'bias', residual && 'residual', relu && 'relu'].filter(Boolean)
  const key = ` + ${names.join(', ')}`
  return (batch, part) => ({ key, operands: operandsOf(batch, part), epilogue })
}
