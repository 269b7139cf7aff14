/** Error catalogue, data: preprocessing, selection, alignment, training and evaluation. */
import type { ErrorText } from './error-text.ts'

export const dataErrors = {
  LEAK_DETECTED: (d: { state: string; run: string; protocol: string }): ErrorText => ({
    where: d.run,
    problem: `The ${d.state} was fitted on the run that it is now asked to score.`,
    expected: `states fitted on other runs only (protocol ${d.protocol})`,
    found: `${d.run} among the runs that ${d.state} was fitted on`,
    remedy: 'Fit on the training subjects and on calibration runs only, never on evaluation runs.',
  }),
} as const
