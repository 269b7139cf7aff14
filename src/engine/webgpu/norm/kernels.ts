/** Operations of the GPU engine's own that its fused blocks are made of: normalisation, finished convolutions and sums over rows. */
import { volume } from '../convolution/kernels.ts'
import { finishOf } from '../convolution/finish.ts'
import { convolve } from '../convolution/forward.ts'
import { kernel, type KernelTable } from '../kernel.ts'
import { normalise, normaliseGradient, type NormForm, type NormOperands } from './normalise.ts'
import { batchStatistics, movingStatistics, type NormRates } from './statistics.ts'
import { sumColumns } from './sum-columns.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

/** Names under which TensorFlow.js knows them. */
export const ownOperations = {
  statistics: 'LimbicNormStatistics',
  movingStatistics: 'LimbicNormMovingStatistics',
  normalise: 'LimbicNormalise',
  normaliseGradient: 'LimbicNormaliseGradient',
  convolve: 'LimbicConvolution',
  sumColumns: 'LimbicSumColumns',
} as const

interface Moving {
  readonly mean: TensorInfo
  readonly variance: TensorInfo
}

export const normKernels: KernelTable = {
  [ownOperations.statistics]: kernel<Moving & { x: TensorInfo }, NormRates>(
    (context, { x, ...before }, rates) => {
      const { statistics, moving } = batchStatistics(context, x, before, rates)
      return [statistics, moving.mean, moving.variance]
    },
  ),
  [ownOperations.movingStatistics]: kernel<Moving, NormRates>((context, moving, { epsilon }) =>
    movingStatistics(context, moving, epsilon),
  ),
  [ownOperations.normalise]: kernel<NormOperands, NormForm>((context, operands, { relu }) =>
    normalise(context, operands, relu),
  ),
  [ownOperations.normaliseGradient]: kernel<NormOperands & { dy: TensorInfo }, NormForm>(
    (context, { dy, ...operands }, form) => normaliseGradient(context, dy, operands, form),
  ),
  [ownOperations.convolve]: kernel<
    { x: TensorInfo; filter: TensorInfo; bias: TensorInfo; residual?: TensorInfo },
    { strides: number; pad: 'same' | 'valid' }
  >((context, { x, filter, bias, residual }, attributes) => {
    const { geometry, info } = volume(context, x.shape, filter.shape, attributes, [x, filter])
    const finish = finishOf({ bias, residual })
    return convolve(context, x, filter, geometry, info.outShape, { finish })
  }),
  [ownOperations.sumColumns]: kernel<{ x: TensorInfo }>((context, { x }) => sumColumns(context, x)),
}
