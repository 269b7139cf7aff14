/** Operations that tfjs-backend-webgpu gets wrong, silently, or refuses on five and more axes; up to four axes the stock kernels run. */
import { LimbicError } from '../../../core/errors/index.ts'
import { gather } from '../gather.ts'
import { kernel, sizeOf, viewAs, type Kernel, type KernelTable } from '../kernel.ts'
import { mergeAxes } from './broadcast.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

/** Axes up to which the stock shaders index rightly. */
const mostStockAxes = 4

const binaryNames = [
  ...['Add', 'Sub', 'Multiply', 'RealDiv', 'FloorDiv', 'Maximum', 'Minimum', 'Mod', 'Pow'],
  ...['SquaredDifference', 'Atan2', 'Equal', 'NotEqual', 'Greater', 'GreaterEqual'],
  ...['Less', 'LessEqual', 'LogicalAnd', 'LogicalOr'],
] as const

/** [N, D, H, W, C] op [C] becomes [NDHW, C] op [1, C]. */
function broadcast(name: string, names: readonly [string, string] = ['a', 'b']): Kernel {
  return (context, inputs) => {
    const [a, b] = [inputs[names[0]]!, inputs[names[1]]!]
    if (!isDeep(a, b) || a.dtype === 'complex64' || b.dtype === 'complex64') return undefined
    const shape = context.tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape)
    const [mergedA, mergedB] = mergeAxes(a.shape, b.shape)
    if (mergedA.length > mostStockAxes)
      throw unsupported(`${name} of [${a.shape.join(', ')}] and [${b.shape.join(', ')}]`)
    const operands = { [names[0]]: viewAs(a, mergedA), [names[1]]: viewAs(b, mergedB) }
    return viewAs(context.stock(name, operands), shape)
  }
}

const pad = kernel<
  { x: TensorInfo },
  { paddings: readonly [number, number][]; constantValue: number }
>((context, { x }, { paddings, constantValue }) => {
  if (!isDeep(x)) return undefined
  return gather(context, x, {
    shape: x.shape.map((length, axis) => length + paddings[axis]![0] + paddings[axis]![1]),
    begin: paddings.map(([before]) => -before),
    step: x.shape.map(() => 1),
    fill: constantValue,
  })
})

interface StridedSliceAttributes {
  readonly begin: number[]
  readonly end: number[]
  readonly strides: number[]
  readonly beginMask: number
  readonly endMask: number
  readonly ellipsisMask: number
  readonly newAxisMask: number
  readonly shrinkAxisMask: number
}

const stridedSlice = kernel<{ x: TensorInfo }, StridedSliceAttributes>(
  (context, { x }, { begin, end, strides, ...masks }) => {
    if (!isDeep(x)) return undefined
    const slice = context.tf.slice_util.sliceInfo(
      ...[x.shape, begin, end, strides],
      ...[masks.beginMask, masks.endMask, masks.ellipsisMask],
      ...[masks.newAxisMask, masks.shrinkAxisMask],
    )
    const shape = slice.begin.map((first, axis) =>
      Math.max(0, Math.ceil((slice.end[axis]! - first) / slice.strides[axis]!)),
    )
    const gathered = gather(context, x, { shape, begin: slice.begin, step: slice.strides })
    return viewAs(gathered, slice.finalShape)
  },
)

const reverse = kernel<{ x: TensorInfo }, { dims: number | number[] }>(
  (context, { x }, { dims }) => {
    if (!isDeep(x)) return undefined
    const axes = context.tf.util.parseAxisParam(dims, x.shape)
    const turned = x.shape.map((_, axis) => axes.includes(axis))
    return gather(context, x, {
      shape: x.shape,
      begin: x.shape.map((length, axis) => (turned[axis] === true ? length - 1 : 0)),
      step: turned.map((isTurned) => (isTurned ? -1 : 1)),
    })
  },
)

interface CumulativeAttributes {
  readonly axis: number
  readonly exclusive: boolean
  readonly reverse: boolean
}

/** The axis becomes the second of three. */
const cumulative = (name: string): Kernel =>
  kernel<{ x: TensorInfo }, CumulativeAttributes>((context, { x }, attributes) => {
    if (attributes.exclusive && attributes.reverse)
      throw unsupported(`an exclusive ${name} in reverse`)
    if (!isDeep(x)) return undefined
    const [axis] = context.tf.util.parseAxisParam(attributes.axis, x.shape) as [number]
    const inner = sizeOf(x.shape.slice(axis + 1))
    const shape = [sizeOf(x.shape.slice(0, axis)), x.shape[axis]!, inner]
    const merged = viewAs(x, inner === 1 ? shape.slice(0, 2) : shape)
    return viewAs(context.stock(name, { x: merged }, { ...attributes, axis: 1 }), x.shape)
  })

const select = kernel<{ condition: TensorInfo; t: TensorInfo; e: TensorInfo }>(
  (context, { condition, t, e }) => {
    if (!isDeep(condition, t)) return undefined
    if (condition.shape.join() !== t.shape.join())
      throw unsupported(`where with a condition of other shape`)
    const flat = (tensor: TensorInfo): TensorInfo => viewAs(tensor, [sizeOf(tensor.shape)])
    const operands = { condition: flat(condition), t: flat(t), e: flat(e) }
    return viewAs(context.stock('Select', operands), t.shape)
  },
)

export const rank5Kernels: KernelTable = {
  ...Object.fromEntries(binaryNames.map((name) => [name, broadcast(name)])),
  Prelu: broadcast('Prelu', ['x', 'alpha']),
  PadV2: pad,
  StridedSlice: stridedSlice,
  Reverse: reverse,
  Cumsum: cumulative('Cumsum'),
  Cumprod: cumulative('Cumprod'),
  Select: select,
}

function isDeep(...tensors: readonly TensorInfo[]): boolean {
  return tensors.some(({ shape }) => shape.length > mostStockAxes)
}

function unsupported(operation: string): LimbicError {
  return new LimbicError('ENGINE_OPERATION_UNSUPPORTED', { engine: 'webgpu', operation })
}
