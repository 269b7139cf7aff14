/** `limbic task RUN --lines 1-5`: what one element of a job array does; started by Slurm, not by people. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { LimbicError } from '../../core/errors/index.ts'
import { parseRanges } from '../../executors/slurm/chunk-tasks.ts'
import { runLines } from '../../executors/slurm/run-lines.ts'
import { readPlan } from '../../pipeline/run-plan.ts'
import { readManifest } from '../../pipeline/tasks.ts'
import { exitCodes } from '../exit-codes.ts'
import { allottedCpus, integerOption } from '../options.ts'

/** How long a task may go on after SIGTERM: Slurm gives notice of 120 s. Networks leave checkpoints on their way. */
const graceMs = 100_000

/**
 * The `task` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function taskCommand(): Command {
  return new Command('task')
    .description('do the tasks of some lines of the manifest of a run')
    .argument('<run>', 'the run directory')
    .requiredOption('--lines <ranges>', 'lines from 1, as 1-5,8')
    .option('--jobs <n>', 'tasks at a time', integerOption('--jobs', 1), allottedCpus() ?? 1)
    .action(taskAction)
}

async function taskAction(
  run: string,
  { lines, jobs }: { lines: string; jobs: number },
): Promise<void> {
  const numbers = parseRanges(lines)
  if (numbers === null)
    throw new LimbicError('OPTION_INVALID', {
      ...{ option: '--lines', expected: 'ranges of lines, as 1-5,8', found: lines },
    })
  let isStopping = false
  process.once('SIGTERM', () => {
    isStopping = true
    // Several at a time cannot be stopped one by one; what has ended is kept.
    if (jobs > 1) process.exit(exitCodes.again)
    void sleep(graceMs, undefined, { ref: false }).then(() => process.exit(exitCodes.again))
  })
  const isComplete = await runLines({
    plan: await readPlan(run),
    manifest: await readManifest(run),
    ...{ lines: numbers, jobs, isStopping: () => isStopping },
    onOutcome: (outcome) =>
      process.stdout.write(`${'error' in outcome ? 'failed' : 'computed'} ${outcome.task.id}\n`),
  })
  if (!isComplete) process.exitCode = exitCodes.again
}
