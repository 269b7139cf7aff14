/**
 * Convolution forwards, `[N, D, H, W, Cin] -> [N, D', H', W', Cout]`, as a product: rows are output voxels of the batch, columns are
 * output channels, the depth runs over taps and input channels. The patch matrix is never stored: patches are gathered tap by tap.
 */
import { declareBindings, type GpuContext } from '../dispatch.ts'
import { productParams, productShader, type AlongDepth } from '../gemm/product-shader.ts'
import type { Finish } from '../gemm/run-product.ts'
import type { TileShape } from '../gemm/tiles.ts'
import {
  axesThatLeave,
  geometryKey,
  isPointwise,
  volumeOf,
  type Geometry,
  type Triple,
} from './geometry.ts'
import { padInput, paddedSizes, usesTable } from './padded-input.ts'
import { runOverBatch, type ConvolutionOptions } from './run-over-batch.ts'
import {
  batchPlaceFunction,
  insideConditions,
  offsetOf,
  placeFunction,
  plainMatrix,
  vec3,
  voxelAt,
} from './shader-parts.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

/** Longest offset table that goes into workgroup memory beside a tile. */
const longestTable = 1400

/**
 * Runs the convolution.
 *
 * @param context - Engine.
 * @param x - Input, `[N, D, H, W, Cin]`.
 * @param filter - `[kd, kh, kw, Cin, Cout]`.
 * @param geometry - The convolution.
 * @param shape - Shape of the output tensor.
 * @param options - What happens to the outputs before they are stored, and a tiling for tests.
 * @returns `[N, D', H', W', Cout]`.
 * @throws {LimbicError} `ENGINE_GPU_LIMIT` when one sample alone is more than a shader may see.
 */
export function convolve(
  context: GpuContext,
  x: TensorInfo,
  filter: TensorInfo,
  geometry: Geometry,
  shape: readonly number[],
  options: ConvolutionOptions = {},
): TensorInfo {
  const result = context.allocate(shape)
  const depth = volumeOf(geometry.kernel) * geometry.channelsIn
  const hasTable = usesTable(geometry) && depth <= longestTable
  const source = hasTable ? padInput(context, x, geometry) : x
  runOverBatch(context, geometry, options, {
    key: `convolution ${geometryKey(geometry)}`,
    shader: (tile, finish) => forwardShader(geometry, tile, hasTable, finish),
    rowsPerSample: volumeOf(geometry.output),
    depth,
    columns: geometry.channelsOut,
    ...{ batched: source, shared: filter, result },
    hasQuads: geometry.channelsOut % 4 === 0,
  })
  if (source !== x) context.release(source)
  return result
}

function forwardShader(
  geometry: Geometry,
  tile: TileShape,
  hasTable: boolean,
  finish: Finish | undefined,
): string {
  const { channelsIn, channelsOut, kernel, output } = geometry
  const depth = volumeOf(kernel) * channelsIn
  const hasInputQuads = channelsIn % 4 === 0 && !hasTable
  const hasQuads = channelsOut % 4 === 0
  const quadType = (isQuad: boolean): string => (isQuad ? 'vec4f' : 'f32')
  const extra = Object.keys(finish?.operands ?? {}).map(
    (name) => [name, quadType(hasQuads)] as const,
  )
  const inputs = Object.fromEntries([
    ['x', quadType(hasInputQuads)] as const,
    ['w', quadType(hasQuads)] as const,
    ...extra,
  ])
  const tableLength = Math.ceil(depth / tile.depth) * tile.depth
  return productShader({
    tile,
    a: hasTable
      ? patchesByTable(geometry)
      : isPointwise(geometry)
        ? pointwiseRows(geometry)
        : patches(geometry),
    b: plainMatrix('w', channelsOut, `${depth}u`),
    columns: channelsOut,
    depth: `${depth}u`,
    declarations: [
      declareBindings({ result: quadType(hasQuads) }, inputs, productParams),
      placeFunction('tapOf', kernel),
      batchPlaceFunction('voxelOf', output),
      hasInputQuads || hasTable ? '' : loadFunction(geometry, depth),
      hasTable ? `var<workgroup> offsets : array<u32, ${tableLength}>;` : '',
    ].join('\n'),
    prologue: hasTable ? fillTable(geometry, tile, depth, tableLength) : '',
    target: (row, i) => `let row${i} = ${row}; let ok${i} = row${i} < params.rows;`,
    hasQuads,
    epilogue: finish?.epilogue,
  })
}

/** Rows of the input itself. */
function pointwiseRows({ channelsIn }: Geometry): AlongDepth {
  const quad = (s: number): string => `a${s} = x[(r${s} * ${channelsIn}u + ak) / 4u];`
  const elements = (s: number): string =>
    `for (var e = 0u; e < 4u; e++) { if (ak + e < K) { a${s}[e] = x[r${s} * ${channelsIn}u + ak + e]; } }`
  return {
    along: 'depth',
    setup: (s, row) => `let r${s} = ${row}; let v${s} = r${s} < params.rows;`,
    decode: () => '',
    load: (s) =>
      `a${s} = vec4f(0); if (v${s} && ak < K) { ${channelsIn % 4 === 0 ? quad(s) : elements(s)} }`,
  }
}

/** The voxel of a row, and the place of its first tap in an input of the given sizes. */
function rowPlace(s: number, row: string, stride: Triple, pad: Triple, sizes: Triple): string {
  return `let r${s} = ${row}; let v${s} = r${s} < params.rows; let o${s} = voxelOf(r${s});
    let d${s} = o${s}.yzw * ${vec3(stride)} - ${vec3(pad)};
    let p${s} = ${voxelAt(`o${s}.x`, `d${s}`, sizes)};`
}

function patches(geometry: Geometry): AlongDepth {
  const { channelsIn, input, pad, stride } = geometry
  const setup = (s: number, row: string): string => rowPlace(s, row, stride, pad, input)
  if (channelsIn % 4 !== 0)
    return {
      along: 'depth',
      setup,
      decode: () => '',
      load: (s) =>
        `a${s} = vec4f(0); if (v${s}) { a${s} = vec4f(${[0, 1, 2, 3]
          .map((e) => `loadX(p${s}, d${s}, ak + ${e}u)`)
          .join(', ')}); }`,
    }
  const inside = (s: number): string =>
    [`v${s}`, 'ak < K', ...insideConditions(`(d${s} + o)`, input, axesThatLeave(geometry))].join(
      ' && ',
    )
  return {
    along: 'depth',
    setup,
    // Four channels in a row never leave a tap.
    decode: (k) => `let t = ${k} / ${channelsIn}u; let c = ${k} - t * ${channelsIn}u;
      let o = tapOf(t); let off = ${offsetOf('o', input)};`,
    load: (s) =>
      `a${s} = vec4f(0); if (${inside(s)}) { a${s} = x[(u32(p${s} + off) * ${channelsIn}u + c) / 4u]; }`,
  }
}

/** One element of a patch. */
function loadFunction(geometry: Geometry, depth: number): string {
  const { channelsIn, input } = geometry
  const inside = insideConditions('q', input, axesThatLeave(geometry)).join(' && ') || 'true'
  return `fn loadX(p : i32, d : vec3i, k : u32) -> f32 {
  if (k >= ${depth}u) { return 0.0; }
  let t = k / ${channelsIn}u; let o = tapOf(t); let q = d + o;
  if (!(${inside})) { return 0.0; }
  return x[u32(p + ${offsetOf('o', input)}) * ${channelsIn}u + (k - t * ${channelsIn}u)]; }`
}

/** Few channels: the input is padded, so that an element lies at the row's first voxel plus an offset that depends on k only. */
function patchesByTable(geometry: Geometry): AlongDepth {
  const { channelsIn, stride } = geometry
  const sizes = paddedSizes(geometry)
  return {
    along: 'depth',
    setup: (s, row) => rowPlace(s, row, stride, [0, 0, 0], sizes),
    decode: () => '',
    load: (s) => `a${s} = vec4f(0); if (v${s}) { let start = u32(p${s}) * ${channelsIn}u;
      a${s} = vec4f(${[0, 1, 2, 3].map((e) => `x[start + offsets[ak + ${e}u]]`).join(', ')}); }`,
  }
}

function fillTable(geometry: Geometry, tile: TileShape, depth: number, length: number): string {
  const { channelsIn } = geometry
  const threads = (tile.rows / tile.threadRows) * (tile.columns / tile.threadColumns)
  return `for (var k = tid; k < ${length}u; k += ${threads}u) {
    let o = tapOf(k / ${channelsIn}u);
    offsets[k] = select(0u, u32(${offsetOf('o', paddedSizes(geometry))}) * ${channelsIn}u + k % ${channelsIn}u, k < ${depth}u);
  }
  workgroupBarrier();`
}
