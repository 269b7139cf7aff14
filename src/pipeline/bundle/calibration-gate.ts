/** Labelled runs of a new subject -> whether the decoder can tell its classes apart, by runs that the calibration has not seen. */
import { isLimbicError } from '../../core/errors/index.ts'
import type { CalibratedSubject, Gate } from '../../core/schemas/bundle.ts'
import { calibrateSubject, runFeatures } from '../../evaluate/protocol/calibration.ts'
import { takeSamples } from '../../evaluate/protocol/samples.ts'
import type { RunData } from '../../evaluate/protocol/subject-data.ts'
import { assertNoLeak } from '../../evaluate/leak-guard.ts'
import { aucPerClass } from '../../evaluate/metrics/index.ts'
import { classifierOf } from '../../train/classifiers.ts'
import { withFineTuned, type FineTunedState } from '../../train/fine-tune/last-weights.ts'
import { applyTemperature } from '../../train/temperature.ts'
import type { Bundle, CalibrationRuns } from './read-bundle.ts'

/** The gate of neurofeedback by multivariate decoding: below it, feedback is close to noise. */
export const defaultGateThreshold = 0.7

/**
 * Scores labelled runs, each with a calibration that has not seen it.
 *
 * @param bundle - The decoder.
 * @param opened - The subject's runs.
 * @param threshold - Smallest AUC that passes.
 * @param fineTune - Trains the decoder's last layers on runs; it is never given the run that is scored with them.
 * @returns The gate; null, with the reason, when nothing can be scored. Labelled runs that calibrate are left out one after the other; labelled runs of the
 *   dataset that do not calibrate are scored with the calibration itself.
 * @throws {LimbicError} As `calibrateSubject`, except where a calibration on fewer runs is not possible: that is a reason.
 * @remarks Single volumes count, whatever unit the pipeline is evaluated in: feedback is given for single volumes.
 */
export async function scoreGate(
  bundle: Bundle,
  opened: CalibrationRuns,
  threshold: number,
  fineTune?: (runs: readonly RunData[]) => Promise<FineTunedState>,
): Promise<Pick<CalibratedSubject, 'gate' | 'gateReason'>> {
  const folds = planFolds(opened)
  if (typeof folds === 'string') return { gate: null, gateReason: folds }
  const { context, population, data } = opened
  const labels: number[] = []
  const scores: number[] = []
  for (const { scored, calibration } of folds) {
    try {
      const own = await calibrateSubject(context, population, data, calibration)
      const features = await runFeatures(context, own, scored)
      const samples = takeSamples(scored, features, 'volume')
      const { model } = bundle.pipeline.classify
      const fineTuned = await fineTune?.(calibration)
      if (fineTuned !== undefined)
        assertNoLeak([{ state: fineTuned, scope: 'subject' }], data.subject, samples.runs)
      const classifier = withFineTuned(bundle.classifier, fineTuned)
      const logits = await classifierOf(model).score(classifier, samples.features, context)
      labels.push(...samples.labels)
      for (const score of applyTemperature(logits, bundle.temperature).data) scores.push(score)
    } catch (error) {
      if (!isLimbicError(error) || !tooLittle.has(error.code)) throw error
      return { gate: null, gateReason: `without ${scored.key}: ${error.message}` }
    }
  }
  const nClasses = context.classes.length
  const matrix = { data: Float64Array.from(scores), nRows: labels.length, nCols: nClasses }
  const finite = aucPerClass(labels, matrix).filter((auc) => Number.isFinite(auc))
  if (finite.length === 0)
    return { gate: null, gateReason: 'all labelled volumes are of one class' }
  const auc = finite.reduce((sum, value) => sum + value, 0) / finite.length
  const gate: Gate = {
    auc,
    threshold,
    passed: auc >= threshold,
    nRuns: folds.length,
    nVolumes: labels.length,
  }
  return { gate, gateReason: null }
}

/** What can go wrong with a calibration only because a run was left out of it. */
const tooLittle = new Set<string>([
  'ALIGN_RANK_DEFICIENT',
  'CALIBRATION_LABELS_MISSING',
  'SELECT_TOO_FEW_CLASSES',
  'FINE_TUNE_LABELS_MISSING',
])

interface GateFold {
  readonly scored: RunData
  readonly calibration: readonly RunData[]
}

function planFolds({ data, runs }: CalibrationRuns): readonly GateFold[] | string {
  const isLabelled = (run: RunData): boolean => run.labels.some((label) => label >= 0)
  const inside = runs.filter(isLabelled)
  const outside = data.runs.filter((run) => isLabelled(run) && !runs.includes(run))
  if (inside.length + outside.length === 0) return 'no run has labels'
  const folds = outside.map((scored) => ({ scored, calibration: runs }))
  if (runs.length > 1)
    for (const scored of inside)
      folds.push({ scored, calibration: runs.filter((run) => run !== scored) })
  return folds.length === 0 ? 'a single calibration run cannot be held against another' : folds
}
