/** What a decoder must not live on, alone: the clock `[nSamples x 1]`, or head motion `[nSamples x 12]`, row-major -> class scores. */
import type { Matrix, Matrix64 } from '../../core/types.ts'
import type { Classifier, ClassifierState, Samples } from '../classifier.ts'
import { fitLdaWeights } from '../linear/lda.ts'
import { scoreLinear, type LinearState } from '../linear/linear-state.ts'
import { featureMeans } from '../linear/training-set.ts'

/** A linear discriminant on standardised terms of the nuisance. */
export interface NuisanceState extends ClassifierState {
  readonly mean: Float64Array
  /** Spread per term; 1 for a term without any. */
  readonly spread: Float64Array
  readonly discriminant: Pick<LinearState, 'weights' | 'bias' | 'nClasses' | 'nFeatures'>
}

/** Small: there are a dozen terms at most. */
const shrinkage = 0.01

/** Knows nothing but how far into its run a sample was measured: a cubic in that position. It catches drift, not the order of blocks. */
export const timeIndex: Classifier<unknown, NuisanceState> = {
  name: 'time-index',
  reads: 'time',
  fit: (samples) => Promise.resolve(fitNuisance('time-index', samples, cubic)),
  score: (state, features) => Promise.resolve(scoreNuisance(state, cubic(features))),
}

/** Knows nothing but how the head lay and how far it had moved since the volume before. */
export const motion: Classifier<unknown, NuisanceState> = {
  name: 'motion',
  reads: 'motion',
  fit: (samples) => Promise.resolve(fitNuisance('motion', samples, (features) => features)),
  score: (state, features) => Promise.resolve(scoreNuisance(state, features)),
}

function cubic({ data, nRows, nCols }: Matrix): Matrix64 {
  const terms = Float64Array.from(
    { length: nRows * nCols * 3 },
    (_, i) => data[Math.floor(i / 3)]! ** ((i % 3) + 1),
  )
  return { data: terms, nRows, nCols: nCols * 3 }
}

function fitNuisance(
  kind: string,
  { features, labels, nClasses, runs }: Samples,
  expand: (features: Matrix) => Matrix,
): NuisanceState {
  const terms = expand(features)
  const mean = featureMeans(terms)
  const spread = spreadOf(terms, mean)
  const standardised = standardise(terms, mean, spread)
  const fitted = fitLdaWeights(standardised, labels, nClasses, shrinkage)
  return {
    ...{ kind, fittedOn: [...runs], nClasses, nFeatures: features.nCols, mean, spread },
    discriminant: { ...fitted, nClasses, nFeatures: terms.nCols },
  }
}

function scoreNuisance({ mean, spread, discriminant }: NuisanceState, terms: Matrix): Matrix64 {
  return scoreLinear(discriminant, standardise(terms, mean, spread))
}

function spreadOf({ data, nRows, nCols }: Matrix, mean: Float64Array): Float64Array {
  const squares = new Float64Array(nCols)
  data.forEach((value, i) => (squares[i % nCols]! += (value - mean[i % nCols]!) ** 2 / nRows))
  return squares.map((square) => Math.sqrt(square) || 1)
}

function standardise(
  { data, nRows, nCols }: Matrix,
  mean: Float64Array,
  spread: Float64Array,
): Matrix64 {
  const scaled = Float64Array.from(
    data,
    (value, i) => (value - mean[i % nCols]!) / spread[i % nCols]!,
  )
  return { data: scaled, nRows, nCols }
}
