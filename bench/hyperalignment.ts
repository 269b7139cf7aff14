/** Hyperalignment of 22 subjects, 200 volumes x 1000 voxels each, float64. */
import { hyperalign } from '../src/align/hyperalignment.ts'
import { createRng, type Rng } from '../src/core/rng.ts'
import type { Matrix64 } from '../src/core/types.ts'
import type { Workload } from './workload.ts'

const nSubjects = 22
const nVolumes = 200
const nVoxels = 1000
/** Responses that the subjects share, each in voxels of its own. */
const nShared = 50

export const hyperalignmentWorkload: Workload = {
  name: 'hyperalignment',
  repetitions: 3,
  setup() {
    const rng = createRng('bench hyperalignment')
    const shared = Float64Array.from({ length: nVolumes * nShared }, () => rng.normal())
    const subjects = Array.from({ length: nSubjects }, () => drawSubject(shared, rng))
    return Promise.resolve(() => {
      hyperalign(subjects)
    })
  },
}

function drawSubject(shared: Float64Array, rng: Rng): Matrix64 {
  const weights = Float64Array.from({ length: nShared * nVoxels }, () => 0.2 * rng.normal())
  const data = Float64Array.from({ length: nVolumes * nVoxels }, () => rng.normal())
  for (let t = 0; t < nVolumes; t++) {
    for (let c = 0; c < nShared; c++) {
      const response = shared[t * nShared + c]!
      for (let v = 0; v < nVoxels; v++)
        data[t * nVoxels + v]! += response * weights[c * nVoxels + v]!
    }
  }
  return { data, nRows: nVolumes, nCols: nVoxels }
}
