/** Leave-one-subject-out decoding: 22 subjects x 200 volumes x 2000 voxels, float32, 3 classes; in each fold the 500 best voxels by ANOVA on the others, then a classifier. */
import { createRng } from '../src/core/rng.ts'
import {
  fitLogisticWeights,
  leaveGroupsOut,
  leaveGroupsOutRidge,
  type GroupedSamples,
} from '../src/train/linear/index.ts'
import type { Workload } from './workload.ts'

const nSubjects = 22
const nVolumesEach = 200
const nVoxels = 2000
const nInformative = 400
const nClasses = 3
export const k = 500

/** Gram matrices are shared between folds, which is exact: the features are the same in all of them. */
export const losoRidge: Workload = {
  name: 'loso-ridge',
  repetitions: 3,
  setup() {
    const samples = makeSamples()
    return Promise.resolve(() => {
      leaveGroupsOutRidge(samples, k, 1)
    })
  },
}

export const losoLogistic: Workload = {
  name: 'loso-logistic',
  repetitions: 1,
  setup() {
    const samples = makeSamples()
    return Promise.resolve(() => {
      leaveGroupsOut(samples, k, (features, labels, n) => fitLogisticWeights(features, labels, n))
    })
  },
}

/**
 * Samples of all subjects, in which some voxels tell the classes apart.
 *
 * @returns The samples, the same ones every time.
 * @throws Never.
 */
export function makeSamples(): GroupedSamples {
  const rng = createRng('bench loso')
  const nSamples = nSubjects * nVolumesEach
  const pattern = Float64Array.from({ length: nClasses * nInformative }, () => rng.normal())
  const data = new Float32Array(nSamples * nVoxels)
  for (let i = 0; i < nSamples; i++) {
    const ofClass = (i % nClasses) * nInformative
    for (let v = 0; v < nVoxels; v++) {
      const signal = v < nInformative ? 0.12 * pattern[ofClass + v]! : 0
      data[i * nVoxels + v] = signal + rng.normal()
    }
  }
  return {
    features: { data, nRows: nSamples, nCols: nVoxels },
    labels: Int32Array.from({ length: nSamples }, (_, i) => i % nClasses),
    groups: Int32Array.from({ length: nSamples }, (_, i) => Math.floor(i / nVolumesEach)),
    nClasses,
  }
}
