/** One-way ANOVA over a whole brain: 4400 volumes x 40 000 voxels, 3 classes. */
import { createRng } from '../src/core/rng.ts'
import { anova } from '../src/select/anova.ts'
import type { Workload } from './workload.ts'

const nVolumes = 4400
const nVoxels = 40_000
const nClasses = 3

export const anovaWorkload: Workload = {
  name: 'anova',
  repetitions: 3,
  setup() {
    const rng = createRng('bench anova')
    const data = new Float32Array(nVolumes * nVoxels)
    // Whole rows of one noise image, shifted: as random to a test of variance, and quick to make.
    const noise = Float32Array.from({ length: nVoxels + 7919 }, () => rng.normal())
    for (let row = 0; row < nVolumes; row++) {
      const from = rng.integer(7919)
      data.set(noise.subarray(from, from + nVoxels), row * nVoxels)
    }
    const labels = Int32Array.from({ length: nVolumes }, (_, i) => i % nClasses)
    return Promise.resolve(() => {
      // The peer gives p-values too, so asking for them is part of the work.
      void anova({ data, nRows: nVolumes, nCols: nVoxels }, labels, nClasses).p
    })
  },
}
