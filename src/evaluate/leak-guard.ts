/** Finds what was fitted on data that it is about to score. Every State names the runs it has seen; a State that names none proves nothing. */
import { LimbicError } from '../core/errors/index.ts'
import type { RunKey, State } from '../core/types.ts'
import { sharesVolumes } from './protocol/cut-run.ts'

/** A state to be checked, and what it is to the scored subject. */
export interface GuardedState {
  readonly state: State
  /** `population`: must not have seen the subject at all. `subject`: may have seen its calibration runs. */
  readonly scope: 'population' | 'subject'
}

/** One state that saw what it must not have seen. */
export interface Leak {
  readonly state: State
  /** The first run that it must not have seen. */
  readonly run: RunKey
  /** `scored-run`: a run that is scored. `scored-subject`: another run of the scored subject. `unknown`: it does not say what it saw. */
  readonly kind: 'scored-run' | 'scored-subject' | 'unknown'
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
  const [leak] = findLeaks(states, subject, evaluationRuns)
  if (leak === undefined) return
  throw new LimbicError('LEAK_DETECTED', { state: leak.state.kind, run: leak.run, subject })
}

/**
 * The states that have seen what they are about to score: the protocol that allows it has to say so. A run that was cut is seen by whoever saw
 * volumes of its part, whether as that part, another one, or the whole run.
 *
 * @param states - Everything that takes part in the score.
 * @param subject - Label of the scored subject.
 * @param evaluationRuns - Keys of the runs that are scored.
 * @returns One entry per state that leaks, in the order of the states; none without leaks.
 * @throws Never.
 */
export function findLeaks(
  states: readonly GuardedState[],
  subject: string,
  evaluationRuns: readonly RunKey[],
): readonly Leak[] {
  return states.flatMap(({ state, scope }): readonly Leak[] => {
    if (state.fittedOn.length === 0)
      return [{ state, run: 'runs it does not name', kind: 'unknown' }]
    const run = state.fittedOn.find((key) =>
      evaluationRuns.some((scored) => sharesVolumes(key, scored)),
    )
    if (run !== undefined) return [{ state, run, kind: 'scored-run' }]
    const other = state.fittedOn.find((key) => belongsTo(key, subject))
    if (scope === 'subject' || other === undefined) return []
    return [{ state, run: other, kind: 'scored-subject' }]
  })
}

function belongsTo(run: RunKey, subject: string): boolean {
  return run.startsWith(`sub-${subject}/`)
}
