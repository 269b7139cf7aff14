/**
 * Gradient of a convolution's filter, `[kd, kh, kw, Cin, Cout]`, as a product: rows are taps and input channels (few), columns are output
 * channels, the depth runs over the output voxels of the batch (many). The depth is split over workgroups, so that small filters too keep
 * a GPU busy; the parts are added in a fixed order, so the result is the same bits every time.
 */
import { declareBindings, linearGroups, type GpuContext } from '../dispatch.ts'
import { productParams, productShader, type AlongLines } from '../gemm/product-shader.ts'
import { runProduct } from '../gemm/run-product.ts'
import { chooseTiling, type TileShape, type Tiling } from '../gemm/tiles.ts'
import { splitBatch, takePart, type BatchPart } from './batch-parts.ts'
import { axesThatLeave, geometryKey, isPointwise, volumeOf, type Geometry } from './geometry.ts'
import { padInput, paddedSizes, usesTable } from './padded-input.ts'
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

/**
 * Runs the gradient.
 *
 * @param context - Engine.
 * @param x - Input, `[N, D, H, W, Cin]`.
 * @param dy - Gradient of the output, `[N, D', H', W', Cout]`.
 * @param geometry - The convolution.
 * @param shape - Shape of the filter tensor.
 * @param options - A tiling instead of the one that the cost model chooses, for tests.
 * @returns `[kd, kh, kw, Cin, Cout]`.
 * @throws {LimbicError} `ENGINE_GPU_LIMIT` when one sample alone is more than a shader may see.
 */
export function backpropFilter(
  context: GpuContext,
  x: TensorInfo,
  dy: TensorInfo,
  geometry: Geometry,
  shape: readonly number[],
  options: { readonly tiling?: Tiling } = {},
): TensorInfo {
  const { batch, channelsIn, channelsOut, kernel, output } = geometry
  const hasTable = usesTable(geometry)
  const source = hasTable ? padInput(context, x, geometry) : x
  const rows = volumeOf(kernel) * channelsIn
  const scratchLimit = context.limits.maxStorageBufferBindingSize / 4
  const runPart = (part: BatchPart): TensorInfo => {
    const target = context.allocate(shape)
    const depth = part.count * volumeOf(output)
    const tiling =
      options.tiling ?? chooseTiling({ rows, columns: channelsOut, depth, scratchLimit })
    runProduct(context, {
      key: `filter gradient ${geometryKey(geometry)}`,
      tiling,
      shader: () => filterShader(geometry, tiling.tile, hasTable),
      inputs: [takePart(source, batch, part), takePart(dy, batch, part)],
      // The shader knows the depth as its rows: the number that depends on the batch.
      rows: depth,
      rowTiles: Math.ceil(rows / tiling.tile.rows),
      columns: channelsOut,
      target,
      size: rows * channelsOut,
      hasQuads: channelsOut % 4 === 0,
    })
    return target
  }
  const sampleSizes = [source, dy].map(
    (tensor) => tensor.shape.reduce((a, b) => a * b, 1) / Math.max(1, batch),
  )
  const parts = splitBatch({ batch, sampleSizes, rowsPerSample: 1 }, context.limits).map(runPart)
  if (source !== x) context.release(source)
  return parts.reduce((sum, part) => addInto(context, sum, part, rows * channelsOut))
}

/** Adds one tensor to another, in place. */
function addInto(context: GpuContext, sum: TensorInfo, part: TensorInfo, size: number): TensorInfo {
  context.run({
    key: 'add into',
    wgsl: () => `${declareBindings({ sum: 'f32' }, { part: 'f32' }, 'size : u32, u0 : u32, u1 : u32, u2 : u32')}
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) g : vec3u, @builtin(num_workgroups) nw : vec3u) {
  let at = g.x + g.y * nw.x * 256u;
  if (at < params.size) { sum[at] += part[at]; }
}`,
    outputs: [sum],
    inputs: [part],
    params: Uint32Array.of(size, 0, 0, 0),
    groups: linearGroups(size),
  })
  context.release(part)
  return sum
}

function filterShader(geometry: Geometry, tile: TileShape, hasTable: boolean): string {
  const { channelsIn, channelsOut, kernel, output } = geometry
  const rows = volumeOf(kernel) * channelsIn
  const type = channelsOut % 4 === 0 ? 'vec4f' : 'f32'
  const hasInputQuads = channelsIn % 4 === 0 && !hasTable
  const inputs = { x: hasInputQuads ? 'vec4f' : 'f32', dy: type }
  return productShader({
    tile,
    a: hasInputQuads ? quadsOfChannels(geometry) : singleElements(geometry, hasTable),
    b: plainMatrix('dy', channelsOut, 'params.rows'),
    columns: channelsOut,
    depth: 'params.rows',
    declarations: [
      declareBindings({ result: type }, inputs, productParams),
      placeFunction('tapOf', kernel),
      batchPlaceFunction('voxelOf', output),
    ].join('\n'),
    target: (row, i) => `let row${i} = ${row}; let ok${i} = row${i} < ${rows}u;`,
    hasQuads: channelsOut % 4 === 0,
  })
}

/** A quad is four channels of one tap. */
function quadsOfChannels(geometry: Geometry): AlongLines {
  const { channelsIn, kernel, input } = geometry
  const rows = volumeOf(kernel) * channelsIn
  if (isPointwise(geometry))
    return {
      along: 'lines',
      setup: (row) => `let row = ${row};`,
      load: (s, k) => `{ let voxel = ${k}; a${s} = vec4f(0);
        if (voxel < params.rows && row < ${rows}u) { a${s} = x[(voxel * ${channelsIn}u + row) / 4u]; } }`,
    }
  const conditions = [
    `row < ${rows}u`,
    ...insideConditions('(q + tap)', input, axesThatLeave(geometry)),
  ]
  return {
    along: 'lines',
    setup: (row) => `let row = ${row}; let tap = tapOf(row / ${channelsIn}u);
      let channel = row % ${channelsIn}u; let tapOffset = ${offsetOf('tap', input)};`,
    load: (
      s,
      k,
    ) => `{ let voxel = ${k}; a${s} = vec4f(0); if (voxel < params.rows) { ${firstVoxel(geometry, false)}
      if (${conditions.join(' && ')}) { a${s} = x[(u32(p + tapOffset) * ${channelsIn}u + channel) / 4u]; } } }`,
  }
}

/** Every element of a quad has a tap and a channel of its own. */
function singleElements(geometry: Geometry, hasTable: boolean): AlongLines {
  const { channelsIn, kernel } = geometry
  const rows = volumeOf(kernel) * channelsIn
  const sizes = hasTable ? paddedSizes(geometry) : geometry.input
  const checked = hasTable ? [] : axesThatLeave(geometry)
  const four = [0, 1, 2, 3]
  return {
    along: 'lines',
    setup: (row) =>
      four
        .map(
          (e) => `let row${e} = ${row} + ${e}u; let tap${e} = tapOf(row${e} / ${channelsIn}u);
      let channel${e} = row${e} % ${channelsIn}u; let tapOffset${e} = ${offsetOf(`tap${e}`, sizes)};`,
        )
        .join('\n'),
    load: (
      s,
      k,
    ) => `{ let voxel = ${k}; a${s} = vec4f(0); if (voxel < params.rows) { ${firstVoxel(geometry, hasTable)}
      ${four
        .map((e) => {
          const inside = insideConditions(`(q + tap${e})`, sizes, checked)
          return `if (${[`row${e} < ${rows}u`, ...inside].join(' && ')}) { a${s}[${e}] = x[u32(p + tapOffset${e}) * ${channelsIn}u + channel${e}]; }`
        })
        .join('\n')} } }`,
  }
}

/** From an output voxel: the place `q` and the number `p` of the input voxel under its first tap. */
function firstVoxel(geometry: Geometry, hasTable: boolean): string {
  const { stride, pad, input } = geometry
  const sizes = hasTable ? paddedSizes(geometry) : input
  const before = hasTable ? '' : ` - ${vec3(pad)}`
  return `let o = voxelOf(voxel); let q = o.yzw * ${vec3(stride)}${before}; let p = ${voxelAt('o.x', 'q', sizes)};`
}
