/** Steps of Adam on the GPU: several variables per dispatch, values and moments changed in place. */
import type { AdamArrays, AdamStep, AdamUpdate } from '../adam.ts'
import { declareBindings, floatBits, linearGroups } from './dispatch.ts'
import type { KernelContext } from './kernel.ts'
import type { Variable } from '@tensorflow/tfjs-core'

interface Item {
  readonly arrays: AdamArrays
  readonly step: AdamStep
}

/** A variable takes four buffers: value, both moments, gradient. */
const buffersPerVariable = 4

/**
 * Makes the update for an engine.
 *
 * @param context - Engine.
 * @returns The update. It collects as many variables as a shader may have buffers for; `flush` runs what is left.
 * @throws Never.
 */
export function createAdamUpdate(context: KernelContext): AdamUpdate {
  const { maxStorageBuffersPerShaderStage } = context.limits
  const perDispatch = Math.max(
    1,
    Math.min(8, Math.floor(maxStorageBuffersPerShaderStage / buffersPerVariable)),
  )
  let items: Item[] = []
  const flush = (): void => {
    if (items.length > 0) runStep(context, items)
    items = []
  }
  const update = (arrays: AdamArrays, step: AdamStep): void => {
    for (const variable of [arrays.variable, arrays.m, arrays.v]) unshare(context, variable)
    items.push({ arrays, step })
    if (items.length === perDispatch) flush()
  }
  return Object.assign(update, { flush })
}

/** Others may hold the same data (a clone kept as the best weights so far); they must not see the change. */
function unshare({ tf, backend }: KernelContext, variable: Variable): void {
  if (backend.refCount(variable.dataId) === 1) return
  tf.tidy(() => variable.assign(tf.add(variable, 0)))
}

function runStep(context: KernelContext, items: readonly Item[]): void {
  const { step, beta1, beta2, root, epsilon } = items[0]!.step
  const common = [step, beta1, beta2, root, epsilon, 0, 0, 0].map(floatBits)
  let start = 0
  const perVariable = items.flatMap(({ arrays, step: { keep, l1 } }) => {
    const entry = [start, arrays.variable.size, floatBits(keep), floatBits(l1)]
    start += arrays.variable.size
    return entry
  })
  context.run({
    key: `Adam ${items.length}`,
    wgsl: () => adamShader(items.length),
    outputs: items.flatMap(({ arrays: { variable, m, v } }) => [variable, m, v]),
    inputs: items.map(({ arrays }) => arrays.gradient),
    params: Uint32Array.from([...common, ...perVariable]),
    isTransient: true,
    groups: linearGroups(start),
  })
}

/** Sizes come with the uniform, so that one shader serves all groups of as many variables. */
function adamShader(nVariables: number): string {
  const places = Array.from({ length: nVariables }, (_, i) => i)
  const outputs = Object.fromEntries(
    places.flatMap((i) => [`w${i}`, `m${i}`, `v${i}`]).map((name) => [name, 'f32']),
  )
  const inputs = Object.fromEntries(places.map((i) => [`g${i}`, 'f32']))
  const params =
    'step : f32, beta1 : f32, beta2 : f32, root : f32, epsilon : f32, u0 : f32, u1 : f32, u2 : f32, ' +
    `variables : array<vec4u, ${nVariables}>`
  return `${declareBindings(outputs, inputs, params)}
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) g : vec3u, @builtin(num_workgroups) nw : vec3u) {
  let at = g.x + g.y * nw.x * 256u;
  ${places
    .map(
      (i) => `{
    let own = params.variables[${i}];
    if (at >= own.x && at < own.x + own.y) {
      let k = at - own.x;
      let w = w${i}[k];
      let d = g${i}[k] + bitcast<f32>(own.w) * sign(w);
      let m = params.beta1 * m${i}[k] + (1.0 - params.beta1) * d;
      let v = params.beta2 * v${i}[k] + (1.0 - params.beta2) * d * d;
      m${i}[k] = m;
      v${i}[k] = v;
      w${i}[k] = bitcast<f32>(own.z) * w - params.step * m / (sqrt(v * params.root) + params.epsilon);
      return;
    }
  }`,
    )
    .join('\n  ')}
}`
}
