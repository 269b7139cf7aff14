/** How elements of a job array ended -> whether what they left undone is worth another try. */
import type { ElementEnd } from './slurm-commands.ts'

/** States that say something of the machine or the queue, and nothing of the task. */
const transient = new Set([
  'BOOT_FAIL',
  'COMPLETED',
  'NODE_FAIL',
  'PREEMPTED',
  'REQUEUED',
  'TIMEOUT',
])

/** Killed, or asked to stop: 9 and 15. */
const outsideSignals = new Set(['9', '15'])

/**
 * The first end that another try would not mend.
 *
 * @param ends - How elements that left tasks undone ended.
 * @returns That end; undefined when everything may be tried again: exit code 75 (stopped in time), a lost or rebooted node, a time limit,
 *   a preemption, a process that was killed from outside, or an end that nobody remembers.
 * @throws Never.
 */
export function findFinalEnd(ends: readonly ElementEnd[]): ElementEnd | undefined {
  return ends.find(({ state, exitCode }) => {
    if (transient.has(state)) return false
    const [code, signal] = exitCode.split(':')
    const wasStopped = state === 'FAILED' && (code === '75' || outsideSignals.has(signal ?? ''))
    return !wasStopped
  })
}
