/** Pad, strided slice and reverse in one: every output element is the input element at `place * step + begin`, or a constant outside; up to 8 axes. */
import { declareBindings, floatBits, linearGroups, type GpuContext } from './dispatch.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

export interface GatherPlan {
  /** Shape of the output. */
  readonly shape: readonly number[]
  /** Per axis, the place in the input of output place 0; may lie outside. */
  readonly begin: readonly number[]
  /** Per axis, places in the input per place in the output; negative to reverse. */
  readonly step: readonly number[]
  /** Value outside the input. */
  readonly fill?: number
}

/**
 * Gathers.
 *
 * @param context - Engine.
 * @param x - Input of any type of 4 bytes.
 * @param plan - What goes where; as many axes as the input has.
 * @returns Output of the input's type.
 * @throws Never.
 */
export function gather(context: GpuContext, x: TensorInfo, plan: GatherPlan): TensorInfo {
  const { shape, begin, step, fill = 0 } = plan
  const result = context.allocate(shape, x.dtype)
  const size = shape.reduce((a, b) => a * b, 1)
  const isFloat = x.dtype === 'float32'
  if (size === 0) {
    const empty = isFloat ? new Float32Array(0) : new Int32Array(0)
    context.backend.tensorMap.get(result.dataId).values = empty
    return result
  }
  const type = isFloat ? 'f32' : 'i32'
  context.run({
    key: `gather ${type} ${[x.shape, shape, begin, step].map((axis) => axis.join('x')).join(' ')}`,
    wgsl: () => gatherShader(type, x.shape, plan, size),
    outputs: [result],
    inputs: [x],
    params: Uint32Array.of(isFloat ? floatBits(fill) : fill >>> 0, 0, 0, 0),
    groups: linearGroups(size),
  })
  return result
}

function gatherShader(
  type: 'f32' | 'i32',
  from: readonly number[],
  { shape, begin, step }: GatherPlan,
  size: number,
): string {
  const strides = from.map((_, axis) => from.slice(axis + 1).reduce((a, b) => a * b, 1))
  const places = shape
    .map((length, axis) => {
      const place = `i32(rest % ${length}u) * ${step[axis]!} + ${begin[axis]!}`
      return `{ let place = ${place}; rest = rest / ${length}u;
    isInside = isInside && place >= 0 && place < ${from[axis]!}; source += place * ${strides[axis]!}; }`
    })
    .reverse()
  return `${declareBindings({ result: type }, { x: type }, 'fill : u32, u0 : u32, u1 : u32, u2 : u32')}
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) g : vec3u, @builtin(num_workgroups) nw : vec3u) {
  let at = g.x + g.y * nw.x * 256u;
  if (at >= ${size}u) { return; }
  var rest = at; var source = 0; var isInside = true;
  ${places.join('\n  ')}
  var value = bitcast<${type}>(params.fill);
  if (isInside) { value = x[source]; }
  result[at] = value;
}`
}
