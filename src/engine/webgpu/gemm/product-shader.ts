/**
 * A tiled matrix product as WGSL: `C[row, column] = sum over k of A[row, k] B[k, column]`, with operands fetched by code of the caller.
 *
 * One workgroup computes one tile of C over the share of k that is its split. Per slab of k: operands go from registers to workgroup
 * memory, the next slab is fetched into registers, and every thread multiplies. Operands are never transposed: workgroup memory is laid
 * out as the operand lies in the buffer, in quads (vec4f) of what is contiguous there.
 */
import type { TileShape } from './tiles.ts'

/** Four neighbours in k lie together. The code sees `k`, the first of a quad, and sets `<name><slot>` for the line of that slot. */
export interface AlongDepth {
  readonly along: 'depth'
  /** Once per line that a thread loads; `line` is a row of A or a column of B. */
  setup(slot: number, line: string): string
  /** Once per slab, before the loads. */
  decode(k: string): string
  load(slot: number): string
}

/** Four neighbouring lines lie together. The code sees k per slot and sets `<name><slot>` for the quad of lines. */
export interface AlongLines {
  readonly along: 'lines'
  /** Once per thread; `line` is the first of its quad. */
  setup(line: string): string
  load(slot: number, k: string): string
}

/** An operand and the name of its registers. */
export type OperandCode = AlongDepth | AlongLines

/** Turns an expression for an output into the one that is stored; `column` and `at` are in units of `width` elements. */
export type Epilogue = (value: string, column: string, at: string, width: 1 | 4) => string

export interface ProductSpec {
  readonly tile: TileShape
  readonly a: OperandCode
  readonly b: OperandCode
  readonly columns: number
  /** Expression for the length of k. */
  readonly depth: string
  /** Bindings and functions. */
  readonly declarations: string
  /** Statements before anything is loaded; sees `cls`, the class of the workgroup. */
  readonly prologue?: string
  /** Statements that define `row<i>`, the row of C that is written, and `ok<i>`, whether it is one, from a row of the product. */
  target(row: string, i: number): string
  /** Whether C is an array of vec4f; its columns are then a multiple of 4. */
  readonly hasQuads: boolean
  readonly epilogue?: Epilogue | undefined
}

/** `splits` share k; `elements` are those of one partial result. */
export const productParams = 'rows : u32, splits : u32, elements : u32, unused : u32'

/** Sizes that follow from a tile. */
interface Plan {
  /** Threads along columns, along rows, and in all. */
  readonly tx: number
  readonly ty: number
  readonly threads: number
  /** Quads along k. */
  readonly quads: number
  readonly aLoads: number
  readonly bLoads: number
  /** Quads per line (along depth) or per k (along lines) in workgroup memory. */
  readonly aPitch: number
  readonly bPitch: number
  /** Accumulators per thread row. */
  readonly perRow: number
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
const each = (n: number, code: (i: number) => string): string => range(n).map(code).join('\n')
const components = ['x', 'y', 'z', 'w'] as const

/**
 * Writes the shader.
 *
 * @param spec - Tile, operands and where results go.
 * @returns WGSL with the entry point `main`; workgroups are (column tile, row tile, class * splits + split).
 * @throws Never.
 */
export function productShader(spec: ProductSpec): string {
  const { tile, a, b } = spec
  const plan = planOf(spec)
  const memory = (name: string, operand: OperandCode, lines: number, pitch: number): string =>
    `var<workgroup> ${name} : array<vec4f, ${(operand.along === 'depth' ? lines : tile.depth) * pitch}>;`
  const fetch = `{ ${fetchCode('a', a, tile.rows, plan.aLoads, plan, tile)}
    ${fetchCode('b', b, tile.columns, plan.bLoads, plan, tile)} }`
  const zero = b.along === 'lines' ? 'vec4f(0)' : '0.0'
  const partStart =
    spec.hasQuads && b.along === 'lines' ? '(params.elements / 4u)' : 'params.elements'
  return `${spec.declarations}
${memory('As', a, tile.rows, plan.aPitch)}
${memory('Bs', b, tile.columns, plan.bPitch)}
@compute @workgroup_size(${plan.threads})
fn main(@builtin(workgroup_id) wg : vec3u, @builtin(local_invocation_index) tid : u32) {
  let m0 = wg.y * ${tile.rows}u;
  let n0 = wg.x * ${tile.columns}u;
  let split = wg.z % params.splits;
  let cls = wg.z / params.splits;
  ${threadPlace(plan)}
  ${spec.prologue ?? ''}
  let K = ${spec.depth};
  let slabs = (K + ${tile.depth - 1}u) / ${tile.depth}u;
  let share = (slabs + params.splits - 1u) / params.splits;
  var kt = split * share;
  let kEnd = min(slabs, kt + share);
  ${setupCode(a, 'm0', tile.rows, plan.aLoads, plan)}
  ${setupCode(b, 'n0', tile.columns, plan.bLoads, plan)}
  ${each(plan.aLoads, (s) => `var a${s} = vec4f(0);`)}
  ${each(plan.bLoads, (s) => `var b${s} = vec4f(0);`)}
  ${each(tile.threadRows, (i) => each(plan.perRow, (j) => `var c${i}_${j} = ${zero};`))}
  if (kt < kEnd) ${fetch}
  while (kt < kEnd) {
    ${storeCode('As', 'a', a, tile.rows, plan.aPitch, plan.aLoads, plan)}
    ${storeCode('Bs', 'b', b, tile.columns, plan.bPitch, plan.bLoads, plan)}
    workgroupBarrier();
    kt++;
    if (kt < kEnd) ${fetch}
    ${multiplyCode(spec, plan)}
    workgroupBarrier();
  }
  let outBase = split * ${partStart};
  ${each(tile.threadRows, (i) => writeRow(spec, plan, i))}
}`
}

function planOf({ tile, a, b }: ProductSpec): Plan {
  const [tx, ty] = [tile.columns / tile.threadColumns, tile.rows / tile.threadRows]
  const quads = tile.depth / 4
  return {
    ...{ tx, ty, threads: tx * ty, quads },
    aLoads: (tile.rows * quads) / (tx * ty),
    bLoads: (tile.columns * quads) / (tx * ty),
    aPitch: a.along === 'depth' ? quads : tile.rows / 4,
    // One quad more, so that neighbouring columns lie in different banks.
    bPitch: b.along === 'depth' ? quads + 1 : tile.columns / 4,
    perRow: b.along === 'lines' ? tile.threadColumns / 4 : tile.threadColumns,
  }
}

/** 8 x 4 threads stand together where the tile allows it: a quarter of a warp then reads one row of A and eight vectors of B. */
function threadPlace({ tx, ty }: Plan): string {
  if (tx % 8 !== 0 || ty % 4 !== 0) return `let tx = tid % ${tx}u; let ty = tid / ${tx}u;`
  return `let lane = tid % 32u; let warp = tid / 32u;
  let tx = (warp % ${tx / 8}u) * 8u + lane % 8u;
  let ty = (warp / ${tx / 8}u) * 4u + lane / 8u;`
}

/** Line, or k, within the tile that a thread loads in a slot. */
const slotLine = (slot: number, { threads, quads }: Plan): string =>
  `(tid / ${quads}u + ${(slot * threads) / quads}u)`
const slotDepth = (slot: number, lines: number, { threads }: Plan): string =>
  `(tid / ${lines / 4}u + ${(slot * threads) / (lines / 4)}u)`

function setupCode(
  operand: OperandCode,
  origin: string,
  lines: number,
  loads: number,
  plan: Plan,
): string {
  if (operand.along === 'lines') return operand.setup(`(${origin} + (tid % ${lines / 4}u) * 4u)`)
  return each(loads, (slot) => operand.setup(slot, `(${origin} + ${slotLine(slot, plan)})`))
}

function fetchCode(
  name: string,
  operand: OperandCode,
  lines: number,
  loads: number,
  plan: Plan,
  { depth }: TileShape,
): string {
  if (operand.along === 'lines')
    return each(loads, (slot) =>
      operand.load(slot, `(kt * ${depth}u + ${slotDepth(slot, lines, plan)})`),
    )
  const first = `kt * ${depth}u + (tid % ${plan.quads}u) * 4u`
  return `let ${name}k = ${first}; ${operand.decode(`${name}k`)} ${each(loads, (slot) => operand.load(slot))}`
}

function storeCode(
  memory: string,
  name: string,
  operand: OperandCode,
  lines: number,
  pitch: number,
  loads: number,
  plan: Plan,
): string {
  return each(loads, (slot) =>
    operand.along === 'depth'
      ? `${memory}[${slotLine(slot, plan)} * ${pitch}u + tid % ${plan.quads}u] = ${name}${slot};`
      : `${memory}[${slotDepth(slot, lines, plan)} * ${pitch}u + tid % ${lines / 4}u] = ${name}${slot};`,
  )
}

function multiplyCode({ tile, a, b }: ProductSpec, plan: Plan): string {
  const { threadRows } = tile
  const { tx, ty, quads, perRow, aPitch, bPitch } = plan
  const readRows = each(threadRows, (i) => `let f${i} = As[(ty + ${i * ty}u) * ${aPitch}u + q];`)
  const columnQuad = (j: number): string => `tx + ${j * tx}u`
  const fma = (i: number, j: number, factor: string): string =>
    `c${i}_${j} = fma(vec4f(${factor}), g${j}, c${i}_${j});`
  if (a.along === 'lines')
    return `for (var k = 0u; k < ${tile.depth}u; k++) {
      ${each(threadRows / 4, (i) => `let f${i} = As[k * ${aPitch}u + ty + ${i * ty}u];`)}
      ${each(perRow, (j) => `let g${j} = Bs[k * ${bPitch}u + ${columnQuad(j)}];`)}
      ${each(threadRows, (i) => each(perRow, (j) => fma(i, j, `f${i >> 2}.${components[i & 3]}`)))}
    }`
  if (b.along === 'lines')
    return `for (var q = 0u; q < ${quads}u; q++) {
      ${readRows}
      ${components
        .map(
          (component, e) => `{
        ${each(perRow, (j) => `let g${j} = Bs[(q * 4u + ${e}u) * ${bPitch}u + ${columnQuad(j)}];`)}
        ${each(threadRows, (i) => each(perRow, (j) => fma(i, j, `f${i}.${component}`)))}
      }`,
        )
        .join('\n')}
    }`
  const dot = (i: number, j: number): string =>
    components.reduceRight((sum, c) => `fma(f${i}.${c}, g.${c}, ${sum})`, `c${i}_${j}`)
  return `for (var q = 0u; q < ${quads}u; q++) {
    ${readRows}
    ${each(perRow, (j) => `{ let g = Bs[(${columnQuad(j)}) * ${bPitch}u + q]; ${each(threadRows, (i) => `c${i}_${j} = ${dot(i, j)};`)} }`)}
  }`
}

function writeRow(spec: ProductSpec, plan: Plan, i: number): string {
  const { a, b, columns, hasQuads } = spec
  const { tx, ty, perRow } = plan
  const epilogue = spec.epilogue ?? ((value: string) => value)
  const row =
    a.along === 'depth'
      ? `(m0 + ty + ${i * ty}u)`
      : `(m0 + (ty + ${(i >> 2) * ty}u) * 4u + ${i & 3}u)`
  const writeOne = (column: string, value: string): string =>
    `if (${column} < ${columns}u) { let n = ${column}; let at = u32(row${i}) * ${columns}u + n;
      result[outBase + at] = ${epilogue(value, 'n', 'at', 1)}; }`
  const writeQuad = (column: string, value: string): string =>
    `{ let n = ${column} / 4u; if (n < ${columns / 4}u) { let at = u32(row${i}) * ${columns / 4}u + n;
      result[outBase + at] = ${epilogue(value, 'n', 'at', 4)}; } }`
  const quadStart = (j: number): string => `(n0 + (tx + ${j * tx}u) * 4u)`
  const cells = range(perRow).map((j) => {
    if (b.along === 'depth') return writeOne(`(n0 + tx + ${j * tx}u)`, `c${i}_${j}`)
    if (hasQuads) return writeQuad(quadStart(j), `c${i}_${j}`)
    return components
      .map((component, e) => writeOne(`(${quadStart(j)} + ${e}u)`, `c${i}_${j}.${component}`))
      .join('\n')
  })
  return `{ ${spec.target(row, i)} if (ok${i}) { ${cells.join('\n')} } }`
}
