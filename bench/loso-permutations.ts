/** 1000 permutations of the workload of `loso-ridge`: labels are permuted within subjects, and selection and ridge repeated in all 22 folds. */
import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Workload } from './workload.ts'

const nPermutations = 1000

/** Every thread has samples of its own, made before anything is timed, and takes every n-th permutation. */
export const losoPermutations: Workload = {
  name: 'loso-permutations',
  repetitions: 1,
  warmsUp: false,
  async setup(threads) {
    const script = new URL(`./loso-permutations-worker${extname(import.meta.url)}`, import.meta.url)
    const workers = Array.from({ length: threads }, () => new Worker(script))
    await Promise.all(workers.map((worker) => once(worker, 'message')))
    return async () => {
      const scores = await Promise.all(
        workers.map(async (worker, first) => {
          worker.postMessage({ first, step: threads, nPermutations })
          const [own] = (await once(worker, 'message')) as [readonly number[]]
          await worker.terminate()
          return own
        }),
      )
      assertAtChance(scores.flat())
    }
  },
}

/** Figures of work that was not done, or done wrongly, are worth nothing. */
function assertAtChance(scores: readonly number[]): void {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  if (scores.length === nPermutations && Math.abs(mean - 1 / 3) < 0.01) return
  throw new Error(`${scores.length} permutations with a mean balanced accuracy of ${mean}`)
}
