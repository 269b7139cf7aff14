/** Runs a tiled product into a tensor, in one pass or, where its depth is split, in a second one that adds the parts in a fixed order. */
import { declareBindings, linearGroups, type GpuContext, type Operand } from '../dispatch.ts'
import type { Epilogue } from './product-shader.ts'
import type { Tiling } from './tiles.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

/** What happens to an output before it is stored: tensors that join in, by name, and the expression. */
export interface Finish {
  readonly key: string
  readonly operands: Readonly<Record<string, Operand>>
  readonly epilogue: Epilogue
}

export interface Product {
  /** Names the shader up to tile and finish. */
  readonly key: string
  readonly tiling: Tiling
  readonly shader: (finish: Finish | undefined) => string
  readonly inputs: readonly Operand[]
  /** Rows of the product, which the shader knows as `params.rows`. */
  readonly rows: number
  /** Tiles along the rows of the result. */
  readonly rowTiles: number
  readonly columns: number
  readonly classes?: number
  /** Where the result goes, and the number of its elements. */
  readonly target: Operand
  readonly size: number
  /** Whether the shader writes quads. */
  readonly hasQuads: boolean
  readonly finish?: Finish | undefined
}

/**
 * Runs the product.
 *
 * @param context - Engine.
 * @param product - Shader, operands and sizes.
 * @returns Nothing; the target is written.
 * @throws Never.
 * @remarks The same tiling gives the same bits: no atomics, parts are added in ascending order.
 */
export function runProduct(context: GpuContext, product: Product): void {
  const { tiling, target, size } = product
  if (tiling.split === 1) return runTiles(context, product, target, product.finish)
  const parts = context.allocate([tiling.split * size])
  runTiles(context, product, parts, undefined)
  addParts(context, product, parts)
  context.release(parts)
}

function runTiles(
  context: GpuContext,
  product: Product,
  output: Operand,
  finish: Finish | undefined,
): void {
  const { tiling, columns, rowTiles, classes = 1 } = product
  const { tile, split } = tiling
  context.run({
    key: `${product.key} ${tile.id}${finish?.key ?? ''}`,
    wgsl: () => product.shader(finish),
    outputs: [output],
    inputs: [...product.inputs, ...Object.values(finish?.operands ?? {})],
    params: Uint32Array.of(product.rows, split, product.size, 0),
    groups: [Math.ceil(columns / tile.columns), rowTiles, split * classes],
  })
}

function addParts(context: GpuContext, product: Product, parts: TensorInfo): void {
  const { tiling, target, size, columns, finish } = product
  const width = size % 4 === 0 && (finish === undefined || product.hasQuads) ? 4 : 1
  const nThreads = size / width
  context.run({
    key: `add parts ${width}${finish === undefined ? '' : ` ${columns}${finish.key}`}`,
    wgsl: () => partsShader(width, columns, finish),
    outputs: [target],
    inputs: [parts, ...Object.values(finish?.operands ?? {})],
    params: Uint32Array.of(nThreads, tiling.split, 0, 0),
    groups: linearGroups(nThreads, 64),
  })
}

function partsShader(width: 1 | 4, columns: number, finish: Finish | undefined): string {
  const type = width === 4 ? 'vec4f' : 'f32'
  const extra = Object.keys(finish?.operands ?? {}).map((name) => [name, type] as const)
  const inputs = Object.fromEntries([['parts', type] as const, ...extra])
  const value = finish?.epilogue('sum', 'n', 'at', width) ?? 'sum'
  return `${declareBindings({ result: type }, inputs, 'elements : u32, splits : u32, u0 : u32, u1 : u32')}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g : vec3u, @builtin(num_workgroups) nw : vec3u) {
  let at = g.x + g.y * nw.x * 64u;
  if (at >= params.elements) { return; }
  var sum = ${type}(0);
  for (var s = 0u; s < params.splits; s++) { sum += parts[s * params.elements + at]; }
  ${finish === undefined ? '' : `let n = at % ${columns / width}u;`}
  result[at] = ${value};
}`
}
