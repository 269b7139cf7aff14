/** What every implementation of the matrix product offers: dense row-major operands, all of one element type. */
import type { FloatArray } from '../../core/types.ts'

export type GemmProviderName = 'onnxruntime' | 'wasm' | 'javascript'

/** One product y = op(a) op(b), or y += op(a) op(b). Sizes have been checked; M, N and K are at least 1. */
export interface GemmCall {
  readonly M: number
  readonly N: number
  readonly K: number
  readonly a: FloatArray
  readonly b: FloatArray
  readonly y: FloatArray
  readonly transA: boolean
  readonly transB: boolean
  readonly accumulate: boolean
}

export type Multiply = (call: GemmCall) => void

export interface GemmProvider {
  readonly name: GemmProviderName
  readonly multiply: Multiply
}
