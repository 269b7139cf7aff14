/** Mean and variance per channel of `[rows x C]` by a stable two-level merge -> what normalises the batch, and the new moving statistics. */
import { declareBindings, floatBits, type GpuContext } from '../dispatch.ts'
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

export interface MovingStatistics {
  /** `[C]` each. */
  readonly mean: TensorInfo
  readonly variance: TensorInfo
}

export interface NormRates {
  /** Added to the variance. */
  readonly epsilon: number
  /** Share of the old value that a moving statistic keeps. */
  readonly momentum: number
}

/**
 * Statistics of a batch.
 *
 * @param context - Engine.
 * @param x - Channels last.
 * @param moving - Moving statistics before the step; not changed.
 * @param rates - Epsilon and momentum.
 * @returns `[2, C]`: mean and 1 / sqrt(variance + epsilon), and the new moving statistics. The variance is the biased one.
 * @throws Never.
 * @remarks Chan, Golub and LeVeque (1983): means and squared deviations of parts are merged, in a fixed order. Sums are taken about the
 *   first value that a thread sees, so that large offsets cancel nothing.
 */
export function batchStatistics(
  context: GpuContext,
  x: TensorInfo,
  moving: MovingStatistics,
  { epsilon, momentum }: NormRates,
): { statistics: TensorInfo; moving: MovingStatistics } {
  const plan = planColumns(x)
  const { channels, chunks, width } = plan
  const parts = context.allocate([chunks, 2, channels])
  context.run({
    key: `norm moments ${channels}`,
    wgsl: () => momentsShader(plan),
    outputs: [parts],
    inputs: [x],
    params: columnUniform(plan),
    groups: [Math.ceil(channels / width), chunks, 1],
  })
  const [statistics, mean, variance] = [
    context.allocate([2, channels]),
    context.allocate([channels]),
    context.allocate([channels]),
  ]
  context.run({
    key: `norm statistics ${channels}`,
    wgsl: () => mergeShader(plan),
    outputs: [statistics, mean, variance],
    inputs: [parts, moving.mean, moving.variance],
    params: columnUniform(plan, floatBits(epsilon), floatBits(momentum)),
    groups: [Math.ceil(channels / 64), 1, 1],
  })
  context.release(parts)
  return { statistics, moving: { mean, variance } }
}

/**
 * Statistics outside training.
 *
 * @param context - Engine.
 * @param moving - Moving statistics.
 * @param epsilon - Added to the variance.
 * @returns `[2, C]`: mean and 1 / sqrt(variance + epsilon).
 * @throws Never.
 */
export function movingStatistics(
  context: GpuContext,
  moving: MovingStatistics,
  epsilon: number,
): TensorInfo {
  const channels = moving.mean.shape[0]!
  const statistics = context.allocate([2, channels])
  context.run({
    key: `norm moving ${channels}`,
    wgsl: () => `${declareBindings({ statistics: 'f32' }, { mean: 'f32', variance: 'f32' }, columnParams)}
${heads.perChannel(channels)}
  statistics[c] = mean[c];
  statistics[${channels}u + c] = 1.0 / sqrt(variance[c] + bitcast<f32>(params.f0));
}`,
    outputs: [statistics],
    inputs: [moving.mean, moving.variance],
    params: Uint32Array.of(0, 0, floatBits(epsilon), 0),
    groups: [Math.ceil(channels / 64), 1, 1],
  })
  return statistics
}

function momentsShader({ channels, width }: ColumnPlan): string {
  const merge = `let na = count[tid]; let nb = count[other]; let total = max(na + nb, 1.0);
    let d = mean[other] - mean[tid];
    mean[tid] += d * nb / total;
    squares[tid] += squares[other] + d * d * na * nb / total;
    count[tid] = na + nb;`
  return `${declareBindings({ parts: 'f32' }, { x: 'f32' }, columnParams)}
var<workgroup> count : array<f32, ${threads}>;
var<workgroup> mean : array<f32, ${threads}>;
var<workgroup> squares : array<f32, ${threads}>;
${heads.perChunk}
  ${columnPlace(width)}
  var n = 0.0; var sum = 0.0; var square = 0.0; var shift = 0.0;
  if (c < ${channels}u) {
    if (first + r < end) { shift = x[(first + r) * ${channels}u + c]; }
    for (var i = first + r; i < end; i += ${threads / width}u) {
      let d = x[i * ${channels}u + c] - shift;
      sum += d; square = fma(d, d, square); n += 1.0;
    }
  }
  let inverse = 1.0 / max(n, 1.0);
  count[tid] = n;
  mean[tid] = shift + sum * inverse;
  squares[tid] = max(0.0, square - sum * sum * inverse);
  ${joinRows(width, merge)}
  if (r == 0u && c < ${channels}u) {
    parts[(wg.y * 2u) * ${channels}u + c] = mean[tid];
    parts[(wg.y * 2u + 1u) * ${channels}u + c] = squares[tid];
  }
}`
}

function mergeShader({ channels }: ColumnPlan): string {
  const outputs = { statistics: 'f32', newMean: 'f32', newVariance: 'f32' }
  const inputs = { parts: 'f32', oldMean: 'f32', oldVariance: 'f32' }
  return `${declareBindings(outputs, inputs, columnParams)}
${heads.perChannel(channels)}
  let perChunk = (params.rows + params.chunks - 1u) / params.chunks;
  var n = 0.0; var mean = 0.0; var squares = 0.0;
  for (var s = 0u; s < params.chunks; s++) {
    let first = s * perChunk;
    if (first >= params.rows) { break; }
    let nb = f32(min(params.rows, first + perChunk) - first);
    let d = parts[s * 2u * ${channels}u + c] - mean;
    let total = n + nb;
    mean += d * nb / total;
    squares += parts[(s * 2u + 1u) * ${channels}u + c] + d * d * n * nb / total;
    n = total;
  }
  let variance = squares / n;
  let momentum = bitcast<f32>(params.f1);
  statistics[c] = mean;
  statistics[${channels}u + c] = 1.0 / sqrt(variance + bitcast<f32>(params.f0));
  newMean[c] = oldMean[c] * momentum + mean * (1.0 - momentum);
  newVariance[c] = oldVariance[c] * momentum + variance * (1.0 - momentum);
}`
}
