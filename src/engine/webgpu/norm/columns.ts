/** Sums over the rows of `[rows x C]`, as shaders: every workgroup takes some channels of a chunk of rows, a second pass joins the chunks in order. */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { sizeOf } from '../kernel.ts'

/** Threads of a workgroup that sums rows. */
export const threads = 256

/** Workgroups that keep a large GPU busy. */
const enoughGroups = 1056
const mostChunks = 256

/** A tensor with channels last, as a matrix. */
export interface ColumnPlan {
  readonly rows: number
  readonly channels: number
  /** Channels per workgroup: a power of two. */
  readonly width: number
  /** Parts into which the rows are cut. */
  readonly chunks: number
}

/**
 * Plans the sums of a tensor.
 *
 * @param x - Tensor with channels last.
 * @returns Sizes of the matrix and of the workgroups.
 * @throws Never.
 */
export function planColumns(x: TensorInfo): ColumnPlan {
  const channels = x.shape.at(-1)!
  const rows = sizeOf(x.shape.slice(0, -1))
  const width = Math.min(32, 2 ** Math.ceil(Math.log2(channels)))
  const rowsPerPass = threads / width
  const chunks = Math.min(
    mostChunks,
    Math.ceil(rows / (4 * rowsPerPass)),
    Math.ceil(enoughGroups / Math.ceil(channels / width)),
  )
  return { rows, channels, width, chunks: Math.max(1, chunks) }
}

/** Uniform of all shaders on columns; what `f0` and `f1` mean is theirs. */
export const columnParams = 'rows : u32, chunks : u32, f0 : u32, f1 : u32'

/**
 * The uniform.
 *
 * @param plan - Sizes.
 * @param f0 - Bits of the first number of the shader's own.
 * @param f1 - Bits of the second.
 * @returns Content of the uniform.
 * @throws Never.
 */
export function columnUniform(plan: ColumnPlan, f0 = 0, f1 = 0): Uint32Array<ArrayBuffer> {
  return Uint32Array.of(plan.rows, plan.chunks, f0, f1)
}

/**
 * A thread's channel `c`, its row `r` in the workgroup and the rows `first` to `end` of its chunk.
 *
 * @param width - Channels per workgroup.
 * @returns WGSL.
 * @throws Never.
 */
export function columnPlace(width: number): string {
  return `let c = wg.x * ${width}u + tid % ${width}u;
  let r = tid / ${width}u;
  let perChunk = (params.rows + params.chunks - 1u) / params.chunks;
  let first = wg.y * perChunk;
  let end = min(params.rows, first + perChunk);`
}

/**
 * Joins the rows of a workgroup pairwise, always in the same order.
 *
 * @param width - Channels per workgroup.
 * @param merge - WGSL that joins the numbers of thread `other` into those of thread `tid`.
 * @returns WGSL; afterwards the threads of row 0 have the result.
 * @throws Never.
 */
export function joinRows(width: number, merge: string): string {
  const halves: number[] = []
  for (let half = threads / width / 2; half >= 1; half /= 2) halves.push(half)
  return halves
    .map(
      (half) => `workgroupBarrier();
  if (r < ${half}u) { let other = tid + ${half * width}u; ${merge} }`,
    )
    .join('\n  ')
}

/** First lines of a shader with one thread per output channel, or of one with workgroups over channels and chunks. */
export const heads = {
  perChannel: (channels: number): string => `@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g : vec3u) {
  let c = g.x;
  if (c >= ${channels}u) { return; }`,
  perChunk: `@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) wg : vec3u, @builtin(local_invocation_index) tid : u32) {`,
}
