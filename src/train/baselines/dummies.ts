/** Labels alone -> classifiers that look at nothing: what a decoder has to beat. Scores are `[nSamples x nClasses]`, row-major. */
import { createRng } from '../../core/rng.ts'
import type { Matrix, Matrix64 } from '../../core/types.ts'
import type { Classifier, ClassifierState } from '../classifier.ts'
import { countClasses } from '../linear/training-set.ts'

/** Class frequencies of the training samples. */
export interface FrequencyState extends ClassifierState {
  /** Log of each class's share; `-Infinity` for a class without samples. */
  readonly logShares: Float64Array
  /** What the stratified dummy draws from. */
  readonly seed: number
}

/** Always names the commonest class of the training samples. Its probabilities are the shares of the classes. */
export const majority: Classifier<unknown, FrequencyState> = {
  name: 'majority',
  reads: 'nothing',
  fit: (samples) => Promise.resolve({ kind: 'majority', ...countShares(samples), seed: 0 }),
  score: (state, features) => Promise.resolve(scoreMajority(state, features)),
}

/** Names classes at random, as often as they occur in the training samples. */
export const stratified: Classifier<unknown, FrequencyState> = {
  name: 'stratified',
  reads: 'nothing',
  fit: (samples, _options, { rng }) =>
    Promise.resolve({
      kind: 'stratified',
      ...countShares(samples),
      seed: rng.fork('stratified').integer(2 ** 31),
    }),
  score: (state, features) => Promise.resolve(scoreStratified(state, features)),
}

/**
 * The same scores for every sample.
 *
 * @param state - Shares of the classes.
 * @param features - Samples; only their number counts.
 * @returns Log shares `[nSamples x nClasses]`.
 * @throws Never.
 */
export function scoreMajority(
  { logShares }: Pick<FrequencyState, 'logShares'>,
  features: Pick<Matrix, 'nRows'>,
): Matrix64 {
  const nClasses = logShares.length
  const data = Float64Array.from(
    { length: features.nRows * nClasses },
    (_, i) => logShares[i % nClasses]!,
  )
  return { data, nRows: features.nRows, nCols: nClasses }
}

/** How much surer the stratified dummy is of the class it drew; a temperature makes its probabilities honest. */
const drawnLogit = 4

/**
 * A random class for every sample.
 *
 * @param state - Shares of the classes, and the seed: the same number of samples draws the same classes.
 * @param features - Samples; only their number counts.
 * @returns Scores `[nSamples x nClasses]`: 4 for the class that was drawn and 0 for the others.
 * @throws Never.
 */
export function scoreStratified(
  { logShares, seed }: Pick<FrequencyState, 'logShares' | 'seed'>,
  features: Pick<Matrix, 'nRows'>,
): Matrix64 {
  const nClasses = logShares.length
  const rng = createRng(seed)
  const data = new Float64Array(features.nRows * nClasses)
  for (let row = 0; row < features.nRows; row++) {
    let left = rng.uniform()
    let drawn = logShares.findLastIndex((share) => share > -Infinity)
    for (let c = 0; c < nClasses; c++) {
      left -= Math.exp(logShares[c]!)
      if (left >= 0) continue
      drawn = c
      break
    }
    data[row * nClasses + drawn] = drawnLogit
  }
  return { data, nRows: features.nRows, nCols: nClasses }
}

function countShares({
  features,
  labels,
  nClasses,
  runs,
}: Parameters<Classifier['fit']>[0]): Omit<FrequencyState, 'kind' | 'seed'> {
  const counts = countClasses(features, labels, nClasses)
  const logShares = Float64Array.from(counts, (count) => Math.log(count / labels.length))
  return { fittedOn: [...runs], nClasses, nFeatures: features.nCols, logShares }
}
