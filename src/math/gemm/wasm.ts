/** The matrix product in WebAssembly SIMD (gemm.as.ts): panels of the row-major operands are copied into its memory, packed and multiplied. */
import type { FloatArray } from '../../core/types.ts'
import type { GemmCall, GemmProvider } from './provider.ts'
import { loadWasmModule, wasmPage, type WasmMemory } from './wasm-module.ts'

/** Sizes of the panels: a B panel and an A panel fill a 1 MB second-level cache about half. Multiples of the 4-row micro-tile. */
const MC = 128
const KC = 256
const NC = 240

interface Exports {
  readonly memory: WasmMemory
  packA32: Pack
  packA64: Pack
  packB32: Pack
  packB64: Pack
  tile32: Tile
  tile64: Tile
}

/** (source, distance of rows, distance of columns, rows or columns of the panel, depth, target); distances in elements. */
type Pack = (from: number, row: number, column: number, size: number, K: number, to: number) => void
type Tile = (M: number, N: number, K: number, a: number, b: number, y: number) => void

/**
 * Opens the provider.
 *
 * @returns The provider.
 * @throws Whatever compiling the module throws where WebAssembly SIMD is missing.
 */
export function openWasmGemm(): GemmProvider {
  const kernels = loadWasmModule(new URL('./gemm.wasm', import.meta.url)) as Exports
  const areas = planAreas()
  kernels.memory.grow(Math.ceil(areas.end / wasmPage) - kernels.memory.buffer.byteLength / wasmPage)
  const views = {
    single: new Float32Array(kernels.memory.buffer),
    double: new Float64Array(kernels.memory.buffer),
  }
  return { name: 'wasm', multiply: (call) => multiplyByPanels(call, kernels, areas, views) }
}

interface Areas {
  readonly stage: number
  readonly a: number
  readonly b: number
  readonly y: number
  readonly end: number
}

/** Byte offsets of the work areas, sized for float64, with room for a last micro-tile that sticks out. */
function planAreas(): Areas {
  const size = (n: number): number => Math.ceil((n * 8) / 64) * 64
  const stage = wasmPage
  const a = stage + size(KC * Math.max(MC, NC))
  const b = a + size((MC + 4) * KC)
  const y = b + size((NC + 12) * KC)
  return { stage, a, b, y, end: y + size((MC + 4) * (NC + 12)) }
}

function multiplyByPanels(
  call: GemmCall,
  kernels: Exports,
  areas: Areas,
  views: { single: Float32Array; double: Float64Array },
): void {
  const { M, N, K, a, b, y, transA, transB, accumulate } = call
  const isDouble = y instanceof Float64Array
  const heap = isDouble ? views.double : views.single
  const packA = isDouble ? kernels.packA64 : kernels.packA32
  const packB = isDouble ? kernels.packB64 : kernels.packB32
  const tile = isDouble ? kernels.tile64 : kernels.tile32
  const stage = areas.stage / heap.BYTES_PER_ELEMENT
  const result = areas.y / heap.BYTES_PER_ELEMENT

  for (let n = 0; n < N; n += NC) {
    const width = Math.min(NC, N - n)
    for (let k = 0; k < K; k += KC) {
      const depth = Math.min(KC, K - k)
      if (transB) stageBlock(b, K, n, width, k, depth, heap, stage)
      else stageBlock(b, N, k, depth, n, width, heap, stage)
      packB(areas.stage, transB ? 1 : width, transB ? depth : 1, width, depth, areas.b)
      for (let m = 0; m < M; m += MC) {
        const height = Math.min(MC, M - m)
        if (transA) stageBlock(a, M, k, depth, m, height, heap, stage)
        else stageBlock(a, K, m, height, k, depth, heap, stage)
        packA(areas.stage, transA ? 1 : depth, transA ? height : 1, height, depth, areas.a)
        tile(height, width, depth, areas.a, areas.b, areas.y)
        unstageTile(heap, result, y, N, m, height, n, width, accumulate || k > 0)
      }
    }
  }
}

/** Copies rows r.., columns c.. of a stored matrix into a dense block of the heap. */
function stageBlock(
  from: FloatArray,
  nColumns: number,
  r: number,
  rows: number,
  c: number,
  columns: number,
  heap: FloatArray,
  at: number,
): void {
  for (let i = 0; i < rows; i++) {
    const start = (r + i) * nColumns + c
    heap.set(from.subarray(start, start + columns), at + i * columns)
  }
}

function unstageTile(
  heap: FloatArray,
  at: number,
  y: FloatArray,
  nColumns: number,
  r: number,
  rows: number,
  c: number,
  columns: number,
  add: boolean,
): void {
  for (let i = 0; i < rows; i++) {
    const to = (r + i) * nColumns + c
    const from = at + i * columns
    if (add) for (let j = 0; j < columns; j++) y[to + j]! += heap[from + j]!
    else y.set(heap.subarray(from, from + columns), to)
  }
}
