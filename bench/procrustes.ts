/** One orthogonal Procrustes problem: 1200 volumes x 1000 voxels, float64. */
import { orthogonalProcrustes } from '../src/align/procrustes.ts'
import { createRng } from '../src/core/rng.ts'
import type { Matrix64 } from '../src/core/types.ts'
import type { Workload } from './workload.ts'

const nRows = 1200
const nCols = 1000

export const procrustesWorkload: Workload = {
  name: 'procrustes',
  repetitions: 5,
  setup() {
    const rng = createRng('bench procrustes')
    const draw = (): Matrix64 => ({
      data: Float64Array.from({ length: nRows * nCols }, () => rng.normal()),
      nRows,
      nCols,
    })
    const [source, target] = [draw(), draw()]
    return Promise.resolve(() => {
      orthogonalProcrustes(source, target)
    })
  },
}
