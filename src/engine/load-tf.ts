/** tfjs-core and tfjs-layers -> one namespace in which chained calls such as `x.add(y)` work, as the layers themselves expect. */
import { createRequire } from 'node:module'
import type { Tf } from './tf.ts'
import type { Tensor } from '@tensorflow/tfjs-core'

const require = createRequire(import.meta.url)

/** Methods of Tensor that the split packages leave out and that are functions of the same name with the tensor as first argument. */
const chainedOps = (
  'abs acos acosh add all any argMax argMin asin asinh atan atan2 atanh avgPool batchToSpaceND batchNorm broadcastTo cast ceil ' +
  'clipByValue concat conv1d conv2d conv2dTranspose cos cosh cumprod cumsum depthToSpace depthwiseConv2d dilation2d div divNoNan dot ' +
  'elu equal erf euclideanNorm exp expandDims expm1 floor floorDiv gather greater greaterEqual isFinite isInf isNaN leakyRelu less ' +
  'lessEqual localResponseNormalization log log1p logSigmoid logSoftmax logSumExp logicalAnd logicalNot logicalOr logicalXor matMul ' +
  'max maxPool maximum mean min minimum mirrorPad mod mul neg norm notEqual oneHot onesLike pad pool pow prelu prod reciprocal relu ' +
  'relu6 reshape reverse round rsqrt selu separableConv2d sigmoid sign sin sinh slice softmax softplus spaceToBatchND split sqrt ' +
  'square squaredDifference squeeze stack step stridedSlice sub sum tan tanh tile topk transpose unique unsortedSegmentSum unstack ' +
  'where zerosLike'
).split(' ')

/**
 * Loads TensorFlow.js; every call gives the same modules.
 *
 * @returns tfjs-core and tfjs-layers in one namespace. No backend is chosen.
 * @throws Never, when the packages are installed.
 */
export function loadTf(): Tf {
  const core = require('@tensorflow/tfjs-core') as Tf
  completeChainedOps(core)
  const layers = require('@tensorflow/tfjs-layers') as Tf
  return { ...core, ...layers }
}

type Method = (this: Tensor, ...rest: unknown[]) => unknown
type Op = (...args: unknown[]) => unknown

function completeChainedOps(core: Tf): void {
  const methods = core.Tensor.prototype as unknown as Record<string, Method | undefined>
  const ops = core as unknown as Record<string, Op>
  const define = (name: string, method: Method): void => {
    methods[name] ??= method
  }
  for (const name of chainedOps) {
    const op = ops[name]!
    define(name, function (...rest) {
      return op(this, ...rest)
    })
  }
  const to = (dtype: 'float32' | 'int32' | 'bool'): Method =>
    function () {
      return core.cast(this, dtype)
    }
  const withRank = (rank: number): Method =>
    function (...sizes) {
      return core.reshape(this, rank === 1 ? [this.size] : (sizes as number[]))
    }
  define('flatten', withRank(1))
  define('asScalar', function () {
    return core.reshape(this, [])
  })
  for (const rank of [1, 2, 3, 4, 5]) define(`as${rank}D`, withRank(rank))
  define('asType', function (dtype) {
    return core.cast(this, dtype as 'float32')
  })
  define('reshapeAs', function (other) {
    return core.reshape(this, (other as Tensor).shape)
  })
  define('toFloat', to('float32'))
  define('toInt', to('int32'))
  define('toBool', to('bool'))
}
