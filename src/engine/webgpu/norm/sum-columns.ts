/** Sums over all axes but the last, `[..., C] -> [C]`: the gradient of a bias. */
import { declareBindings, type GpuContext } from '../dispatch.ts'
import {
  columnParams,
  columnPlace,
  columnUniform,
  heads,
  joinRows,
  planColumns,
  threads,
} from './columns.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

/**
 * Sums.
 *
 * @param context - Engine.
 * @param x - Channels last.
 * @returns `[C]`.
 * @throws Never.
 * @remarks Two passes, in a fixed order: the same bits every time.
 */
export function sumColumns(context: GpuContext, x: TensorInfo): TensorInfo {
  const plan = planColumns(x)
  const { channels, chunks, width } = plan
  const [parts, sums] = [context.allocate([chunks, channels]), context.allocate([channels])]
  context.run({
    key: `sum columns ${channels}`,
    wgsl: () => `${declareBindings({ parts: 'f32' }, { x: 'f32' }, columnParams)}
var<workgroup> sums : array<f32, ${threads}>;
${heads.perChunk}
  ${columnPlace(width)}
  var sum = 0.0;
  if (c < ${channels}u) {
    for (var i = first + r; i < end; i += ${threads / width}u) { sum += x[i * ${channels}u + c]; }
  }
  sums[tid] = sum;
  ${joinRows(width, 'sums[tid] += sums[other];')}
  if (r == 0u && c < ${channels}u) { parts[wg.y * ${channels}u + c] = sums[tid]; }
}`,
    outputs: [parts],
    inputs: [x],
    params: columnUniform(plan),
    groups: [Math.ceil(channels / width), chunks, 1],
  })
  context.run({
    key: `join columns ${channels}`,
    wgsl: () => `${declareBindings({ sums: 'f32' }, { parts: 'f32' }, columnParams)}
${heads.perChannel(channels)}
  var sum = 0.0;
  for (var s = 0u; s < params.chunks; s++) { sum += parts[s * ${channels}u + c]; }
  sums[c] = sum;
}`,
    outputs: [sums],
    inputs: [parts],
    params: columnUniform(plan),
    groups: [Math.ceil(channels / 64), 1, 1],
  })
  context.release(parts)
  return sums
}
