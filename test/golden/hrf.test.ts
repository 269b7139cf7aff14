/** Haemodynamic kernels, regressors and volume labels against nilearn 0.10.4 and the labels' definitions. */
import { expect } from 'vitest'
import {
  computeRegressors,
  doubleGammaHrf,
  gloverHrf,
  hrfDispersionDerivative,
  hrfTimeDerivative,
  spmHrf,
  type TimedEvent,
} from '../../src/preprocess/hrf.ts'
import { labelVolumes, type LabelOptions } from '../../src/preprocess/labels.ts'
import { describeGolden, type GoldenCase } from './_golden.ts'

describeGolden('hrf', (golden) => {
  const results: Record<string, () => ArrayLike<number>> = {
    ...(golden.hasInput('onset') ? designResults(golden) : kernelResults(golden)),
  }
  for (const name of golden.expectedNames) {
    const result = results[name]
    expect(result, `an answer to ${golden.id}.${name}`).toBeDefined()
    golden.expectClose(name, result!())
  }
})

function kernelResults(golden: GoldenCase): Record<string, () => ArrayLike<number>> {
  const trSeconds = Number(golden.params.t_r)
  const fine = { oversampling: Number(golden.params.oversampling) }
  return {
    spm: () => spmHrf(trSeconds, fine),
    glover: () => gloverHrf(trSeconds, fine),
    spm_time_derivative: () => hrfTimeDerivative('spm', trSeconds, fine),
    glover_time_derivative: () => hrfTimeDerivative('glover', trSeconds, fine),
    spm_dispersion_derivative: () => hrfDispersionDerivative('spm', trSeconds, fine),
    glover_dispersion_derivative: () => hrfDispersionDerivative('glover', trSeconds, fine),
    spm_at_tr: () => spmHrf(trSeconds, { oversampling: 1 }),
    glover_at_tr: () => gloverHrf(trSeconds, { oversampling: 1 }),
    spm_pure: () => doubleGammaHrf(trSeconds),
  }
}

function designResults(golden: GoldenCase): Record<string, () => ArrayLike<number>> {
  const trSeconds = Number(golden.params.t_r)
  const nVolumes = Number(golden.params.n_volumes)
  const onsets = golden.input64('onset').data
  const durations = golden.input64('duration').data
  const events: TimedEvent[] = Array.from(golden.input64('condition').data, (condition, i) => ({
    onset: onsets[i]!,
    duration: durations[i]!,
    trialType: `condition ${condition}`,
  }))
  const conditions = Array.from(
    { length: Number(golden.params.conditions) },
    (_, i) => `condition ${i}`,
  )
  const classes = Object.fromEntries(conditions.map((name) => [name, [name]]))
  const regressors = (kernel: 'spm' | 'glover') => () =>
    computeRegressors(events, conditions, { nVolumes, trSeconds, kernel }).data
  const labels = (method: LabelOptions['method']) => () =>
    labelVolumes(events, { classes, nVolumes, trSeconds, method }).labels
  return {
    reg_spm: regressors('spm'),
    reg_glover: regressors('glover'),
    labels_unshifted: labels({ kind: 'shift', lagSeconds: 0 }),
    labels_shift: labels({ kind: 'shift', lagSeconds: Number(golden.params.shift_s) }),
    labels_hrf: labels({ kind: 'hrf', threshold: 0.5 }),
  }
}
