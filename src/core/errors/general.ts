/** Error catalogue, codes that any layer may raise. */
import type { ErrorText } from './error-text.ts'

export const generalErrors = {
  SHAPE_MISMATCH: (d: { what: string; expected: string; found: string }): ErrorText => ({
    problem: `The shapes of ${d.what} do not agree.`,
    expected: d.expected,
    found: d.found,
    remedy: 'Check that the arrays come from the same runs and the same mask.',
  }),
  VALUE_INVALID: (d: { what: string; expected: string; found: string }): ErrorText => ({
    problem: `The value of ${d.what} cannot be used.`,
    expected: d.expected,
    found: d.found,
    remedy: 'Correct the value and run again.',
  }),
  RUN_PAUSED: (d: { at: string }): ErrorText => ({
    where: d.at,
    problem: 'The time is up; what was done so far is saved.',
    remedy: 'Start the same command again: it goes on from there.',
  }),
  INTERNAL: (d: { what: string }): ErrorText => ({
    problem: `limbic itself is at fault: ${d.what}.`,
    remedy: 'Report it with the command line and the log of the run.',
  }),
} as const
