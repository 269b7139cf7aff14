/** The thread of `loso-permutations`: does the permutations it is told to and answers with one mean balanced accuracy each. */
import { parentPort } from 'node:worker_threads'
import { createRng } from '../src/core/rng.ts'
import { scoreClassification } from '../src/evaluate/metrics/index.ts'
import { permuteLabels } from '../src/evaluate/permutation.ts'
import { createHeldOutRidge, selectLeavingGroupsOut } from '../src/train/linear/index.ts'
import { k, makeSamples } from './loso.ts'

const samples = makeSamples()
const port = parentPort!

port.once('message', ({ first, step, nPermutations }: Record<string, number>) => {
  // Summed here and not before: what all permutations share is part of their cost.
  const ridge = createHeldOutRidge(samples.features, samples.groups, 1)
  const scores: number[] = []
  for (let permutation = first!; permutation < nPermutations!; permutation += step!)
    scores.push(scorePermutation(permutation))
  port.postMessage(scores)

  function scorePermutation(permutation: number): number {
    const labels = permute(permutation)
    const folds = selectLeavingGroupsOut({ ...samples, labels }, k)
    const { nClasses } = samples
    const total = folds.reduce((sum, { testRows, selected }, held) => {
      const probabilities = ridge.score(held, selected, labels, nClasses)
      const truth = testRows.map((row) => labels[row]!)
      const scored = scoreClassification({ labels: truth, probabilities, nClasses })
      return sum + scored.balancedAccuracy
    }, 0)
    return total / folds.length
  }
})

function permute(permutation: number): Int32Array {
  const rng = createRng(`permutation ${permutation}`)
  const own = Int32Array.from(samples.labels)
  const nEach = own.length / new Set(Array.from(samples.groups)).size
  const parts = Array.from({ length: own.length / nEach }, (_, i) =>
    own.slice(i * nEach, (i + 1) * nEach),
  )
  permuteLabels(parts, rng).forEach((part, i) => own.set(part, i * nEach))
  return own
}

port.postMessage('ready')
