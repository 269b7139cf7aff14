/** The exports of the kernel modules, typed. Pointers are byte offsets into the heap; see the `.as.ts` files for what each kernel does. */
import { loadWasmModule, type WasmMemory } from '../../math/gemm/wasm-module.ts'
import type { NormKernels, VolumeKernels, WinogradKernels } from './volume-simd.ts'

/** Numbers of the two-operand operations; two of them exchange their operands. */
export const binaryCodes = {
  ...{ add: 0, sub: 1, mul: 2, div: 3, subFrom: 4, divInto: 5 },
  squaredDifference: 6,
} as const

/** Numbers of the one-operand operations. */
export const unaryCodes = {
  relu: 0,
  step: 1,
  abs: 2,
  neg: 3,
  square: 4,
  sqrt: 5,
  rsqrt: 6,
  sign: 7,
  floor: 8,
} as const

/** Geometry of a two-dimensional convolution: (H, W, C, Ho, Wo, kh, kw, sh, sw, dh, dw, top, left). */
export type PatchGeometry = readonly [
  ...inputSize: [H: number, W: number, C: number],
  ...outputSize: [Ho: number, Wo: number],
  ...filter: [kh: number, kw: number],
  ...strides: [sh: number, sw: number],
  ...dilations: [dh: number, dw: number],
  ...padding: [top: number, left: number],
]

/** Every `step`-th row from `first` on, `count` rows of C channels. */
type Phase = [count: number, C: number, first: number, step: number]
type Rows<Layout extends number[], Which extends number[]> = (
  from: number,
  to: number,
  ...rest: [...Which, ...Layout]
) => void

export interface SimdKernels extends VolumeKernels, NormKernels, WinogradKernels {
  binary(op: number, a: number, b: number, y: number, n: number): void
  binaryScalar(op: number, a: number, b: number, y: number, n: number): void
  binaryRows(op: number, a: number, b: number, y: number, rows: number, C: number): void
  unary(op: number, x: number, y: number, n: number, alpha: number): void
  fill(y: number, n: number, value: number): void
  columnSums(x: number, rows: number, C: number, out: number): void
  rowSums(x: number, rows: number, C: number, y: number, scale: number): void
  narrow(x: number, y: number, n: number, scale: number): void
  padRows: Rows<[pitch: number, offset: number, C: number], [N: number, length: number]>
  spreadRows: Rows<[pitch: number, offset: number, length: number], Phase>
  takeRows: Rows<[pitch: number, length: number], Phase>
  transpose(x: number, rows: number, columns: number, y: number): void
  im2col(x: number, col: number, r0: number, r1: number, ...geometry: PatchGeometry): void
  col2im(col: number, x: number, r0: number, r1: number, ...geometry: PatchGeometry): void
  adam: (
    ...args: [
      ...arrays: [w: number, g: number, m: number, v: number, n: number],
      ...rates: [step: number, beta1: number, beta2: number, root: number, epsilon: number],
      ...penalties: [keep: number, l1: number],
    ]
  ) => void
}

/**
 * Instantiates the kernels over a memory.
 *
 * @param memory - The memory of the heap.
 * @returns The kernels.
 * @throws Whatever compiling throws where WebAssembly SIMD is missing.
 */
export function loadSimdKernels(memory: WasmMemory): SimdKernels {
  const modules = ['kernels', 'volume', 'norm', 'winograd'].map(
    (name) => loadWasmModule(new URL(`./${name}.wasm`, import.meta.url), memory) as object,
  )
  return Object.assign({}, ...modules) as SimdKernels
}
