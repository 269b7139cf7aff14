/** Refuses to score a volume with anything that was fitted on it. Every State names the runs it has seen; a State that names none proves nothing. */
import { LimbicError } from '../core/errors/index.ts'
import type { RunKey, State } from '../core/types.ts'

/** A state to be checked, and what it is to the scored subject. */
export interface GuardedState {
  readonly state: State
  /** `population`: must not have seen the subject at all. `subject`: may have seen its calibration runs. */
  readonly scope: 'population' | 'subject'
}

/**
 * Asserts that none of the states has seen what it is about to score.
 *
 * @param states - Everything that takes part in the score.
 * @param subject - Label of the scored subject.
 * @param evaluationRuns - Keys of the runs that are scored.
 * @returns Nothing.
 * @throws {LimbicError} `LEAK_DETECTED` when a state saw a scored run, when a population state saw any run of the scored subject,
 *   or when a state does not say what it saw.
 */
export function assertNoLeak(
  states: readonly GuardedState[],
  subject: string,
  evaluationRuns: readonly RunKey[],
): void {
  const scored = new Set(evaluationRuns)
  for (const { state, scope } of states) {
    if (state.fittedOn.length === 0) throw leak(state, 'runs it does not name', subject)
    const seen = state.fittedOn.find(
      (run) => scored.has(run) || (scope === 'population' && belongsTo(run, subject)),
    )
    if (seen !== undefined) throw leak(state, seen, subject)
  }
}

function belongsTo(run: RunKey, subject: string): boolean {
  return run.startsWith(`sub-${subject}/`)
}

function leak(state: State, run: string, subject: string): LimbicError {
  return new LimbicError('LEAK_DETECTED', { state: state.kind, run, subject })
}
