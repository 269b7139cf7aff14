/** What the exit codes of the command line mean. */
export const exitCodes = {
  ok: 0,
  /** Findings of severity error, failed folds, unusable data. */
  findings: 1,
  /** Wrong options or pipeline. */
  usage: 2,
  /** limbic itself is at fault. */
  bug: 70,
  /** Checkpointed; run again. */
  again: 75,
  interrupted: 130,
} as const
