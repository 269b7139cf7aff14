/** Batch normalisation with or without ReLU in one pass, and its gradient in three: `[..., C]` tensors and `[2, C]` statistics. */
import { declareBindings, linearGroups, type GpuContext } from '../dispatch.ts'
import { sizeOf } from '../kernel.ts'
import {
  columnParams,
  columnPlace,
  columnUniform,
  heads,
  joinRows,
  planColumns,
  threads,
  type ColumnPlan,
} from './columns.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

/** What a normalisation works with. */
export interface NormOperands {
  /** Channels last. */
  readonly x: TensorInfo
  /** `[2, C]`: mean and 1 / standard deviation. */
  readonly statistics: TensorInfo
  /** `[C]` each. */
  readonly gamma: TensorInfo
  readonly beta: TensorInfo
}

export interface NormForm {
  readonly relu: boolean
  /** Whether the statistics are those of the batch, and so depend on x. */
  readonly ofBatch: boolean
}

/**
 * Normalises.
 *
 * @param context - Engine.
 * @param operands - Input, statistics, scale and shift.
 * @param relu - Whether negative results become 0.
 * @returns Tensor of the input's shape.
 * @throws Never.
 */
export function normalise(context: GpuContext, operands: NormOperands, relu: boolean): TensorInfo {
  const { x, statistics, gamma, beta } = operands
  const result = context.allocate(x.shape)
  const { rows, channels } = planColumns(x)
  const width = channels % 4 === 0 ? 4 : 1
  const inputs = ['x', 'statistics', 'gamma', 'beta']
  const value = normalised('at', 'c', channels / width)
  context.run({
    key: `normalise ${channels}${relu ? ' relu' : ''}`,
    wgsl: () =>
      elementShader(
        width,
        channels,
        ['y'],
        inputs,
        (type) => `y[at] = ${relu ? `max(${value}, ${type}(0))` : value};`,
      ),
    outputs: [result],
    inputs: [x, statistics, gamma, beta],
    params: Uint32Array.of(rows, 0, 0, 0),
    groups: linearGroups(sizeOf(x.shape) / width),
  })
  return result
}

/**
 * Gradient of `normalise`.
 *
 * @param context - Engine.
 * @param dy - Gradient of the result.
 * @param operands - What went in.
 * @param form - ReLU or not; batch or moving statistics.
 * @returns Gradients of x, gamma and beta.
 * @throws Never.
 * @remarks Ioffe and Szegedy (2015), arXiv 1502.03167. Where ReLU let through is worked out again from x, which saves reading y.
 */
export function normaliseGradient(
  context: GpuContext,
  dy: TensorInfo,
  operands: NormOperands,
  form: NormForm,
): [dx: TensorInfo, dGamma: TensorInfo, dBeta: TensorInfo] {
  const { x, statistics, gamma, beta } = operands
  const plan = planColumns(x)
  const { channels, chunks, rows } = plan
  const parts = context.allocate([chunks, 2, channels])
  const relu = form.relu ? ' relu' : ''
  context.run({
    key: `norm gradient sums ${channels}${relu}`,
    wgsl: () => gradientSumsShader(plan, form.relu),
    outputs: [parts],
    // A binding that the shader does not use is none of its layout.
    inputs: form.relu ? [dy, x, statistics, gamma, beta] : [dy, x, statistics],
    params: columnUniform(plan),
    groups: [Math.ceil(channels / plan.width), chunks, 1],
  })
  const [sums, dGamma, dBeta] = [
    context.allocate([2, channels]),
    context.allocate([channels]),
    context.allocate([channels]),
  ]
  context.run({
    key: `norm gradient join ${channels}`,
    wgsl: () => joinSumsShader(channels),
    outputs: [sums, dGamma, dBeta],
    inputs: [parts],
    params: columnUniform(plan),
    groups: [Math.ceil(channels / 64), 1, 1],
  })
  const dx = context.allocate(x.shape)
  const width = channels % 4 === 0 ? 4 : 1
  const used: [string, TensorInfo][] = [
    ['dy', dy],
    ...(form.relu || form.ofBatch ? ([['x', x]] as [string, TensorInfo][]) : []),
    ['statistics', statistics],
    ['gamma', gamma],
    ...(form.relu ? ([['beta', beta]] as [string, TensorInfo][]) : []),
    ...(form.ofBatch ? ([['sums', sums]] as [string, TensorInfo][]) : []),
  ]
  context.run({
    key: `norm gradient ${channels}${relu}${form.ofBatch ? ' batch' : ''}`,
    wgsl: () =>
      gradientShader(
        width,
        channels,
        used.map(([name]) => name),
        form,
      ),
    outputs: [dx],
    inputs: used.map(([, tensor]) => tensor),
    params: Uint32Array.of(rows, 0, 0, 0),
    groups: linearGroups(sizeOf(x.shape) / width),
  })
  context.release(parts)
  context.release(sums)
  return [dx, dGamma, dBeta]
}

/** The normalised value; `channels` counts in the element type of the buffers. */
function normalised(at: string, c: string, channels: number): string {
  return `((x[${at}] - statistics[${c}]) * statistics[${channels}u + ${c}] * gamma[${c}] + beta[${c}])`
}

/** What of dy came through the ReLU. */
function passed(at: string, c: string, channels: number, type: string, relu: boolean): string {
  if (!relu) return `dy[${at}]`
  return `select(${type}(0), dy[${at}], ${normalised(at, c, channels)} > ${type}(0))`
}

function gradientSumsShader({ channels, width }: ColumnPlan, relu: boolean): string {
  const names = ['dy', 'x', 'statistics', ...(relu ? ['gamma', 'beta'] : [])]
  const inputs = Object.fromEntries(names.map((name) => [name, 'f32']))
  return `${declareBindings({ parts: 'f32' }, inputs, columnParams)}
var<workgroup> plain : array<f32, ${threads}>;
var<workgroup> weighted : array<f32, ${threads}>;
${heads.perChunk}
  ${columnPlace(width)}
  var a = 0.0; var b = 0.0;
  if (c < ${channels}u) {
    let mean = statistics[c]; let inverse = statistics[${channels}u + c];
    for (var i = first + r; i < end; i += ${threads / width}u) {
      let at = i * ${channels}u + c;
      let v = ${passed('at', 'c', channels, 'f32', relu)};
      a += v; b = fma(v, (x[at] - mean) * inverse, b);
    }
  }
  plain[tid] = a; weighted[tid] = b;
  ${joinRows(width, 'plain[tid] += plain[other]; weighted[tid] += weighted[other];')}
  if (r == 0u && c < ${channels}u) {
    parts[(wg.y * 2u) * ${channels}u + c] = plain[tid];
    parts[(wg.y * 2u + 1u) * ${channels}u + c] = weighted[tid];
  }
}`
}

function joinSumsShader(channels: number): string {
  return `${declareBindings({ sums: 'f32', dGamma: 'f32', dBeta: 'f32' }, { parts: 'f32' }, columnParams)}
${heads.perChannel(channels)}
  var a = 0.0; var b = 0.0;
  for (var s = 0u; s < params.chunks; s++) {
    a += parts[s * 2u * ${channels}u + c];
    b += parts[(s * 2u + 1u) * ${channels}u + c];
  }
  dBeta[c] = a;
  dGamma[c] = b;
  sums[c] = a / f32(params.rows);
  sums[${channels}u + c] = b / f32(params.rows);
}`
}

function gradientShader(
  width: 1 | 4,
  channels: number,
  inputs: readonly string[],
  { relu, ofBatch }: NormForm,
): string {
  const n = channels / width
  const along = ofBatch ? ` - sums[c] - (x[at] - statistics[c]) * inverse * sums[${n}u + c]` : ''
  return elementShader(
    width,
    channels,
    ['dx'],
    inputs,
    (type) => `let inverse = statistics[${n}u + c];
  let v = ${passed('at', 'c', n, type, relu)};
  dx[at] = gamma[c] * inverse * (v${along});`,
  )
}

/** One thread per element, or per four where channels come in fours. */
function elementShader(
  width: 1 | 4,
  channels: number,
  outputs: readonly string[],
  inputs: readonly string[],
  body: (type: string) => string,
): string {
  const type = width === 4 ? 'vec4f' : 'f32'
  const typed = (names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, type]))
  return `${declareBindings(typed(outputs), typed(inputs), columnParams)}
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) g : vec3u, @builtin(num_workgroups) nw : vec3u) {
  let at = g.x + g.y * nw.x * 256u;
  if (at >= params.rows * ${channels / width}u) { return; }
  let c = at % ${channels / width}u;
  ${body(type)}
}`
}
