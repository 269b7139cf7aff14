/** The classifiers that are no decoders: what a decoder is held against. */
import type { Classifier } from '../classifier.ts'
import { majority, stratified } from './dummies.ts'
import { nearestNeighbour } from './nearest-neighbour.ts'
import { motion, timeIndex } from './nuisance.ts'
import { randomForest } from './random-forest.ts'

export { nearestNeighbour } from './nearest-neighbour.ts'
export { randomForest, type RandomForestOptions } from './random-forest.ts'

/** Name -> baseline, under the names that pipelines write. */
export const baselineClassifiers: Readonly<Record<string, Classifier>> = Object.fromEntries(
  [majority, stratified, timeIndex, motion, nearestNeighbour, randomForest].map((one) => [
    one.name,
    one as Classifier,
  ]),
)
