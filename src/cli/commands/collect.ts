/** `limbic collect RUN`: gathers the results of a run, finished or not, into its report. */
import { join } from 'node:path'
import { Command } from 'commander'
import { formatReportText } from '../../evaluate/report/index.ts'
import { collectRun } from '../../pipeline/collect-run.ts'
import { readPlan } from '../../pipeline/run-plan.ts'
import { readManifest } from '../../pipeline/tasks.ts'
import { exitCodes } from '../exit-codes.ts'

/**
 * The `collect` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function collectCommand(): Command {
  return new Command('collect')
    .description('write the report of what a run has so far; safe while the run goes on')
    .argument('<run>', 'the folder that was the --out of the run')
    .action(collectAction)
}

async function collectAction(run: string): Promise<void> {
  const plan = await readPlan(run)
  const tasks = await readManifest(run)
  const { report, missing } = await collectRun(plan, tasks)
  process.stdout.write(`${formatReportText(report)}\nreport: ${join(run, 'report.html')}\n`)
  if (missing.length > 0) {
    const folds = missing.filter(({ permutation }) => permutation === 0)
    process.stdout.write(
      `missing: ${missing.length} of ${tasks.length} tasks; with true labels ${
        folds.map(({ fold }) => `sub-${fold}`).join(', ') || 'none'
      }\n`,
    )
  }
  // Partial is not failed: the same command, or the run itself, is to be started again later.
  if (missing.length > 0) process.exitCode = exitCodes.again
  else if (report.failedFolds.length > 0) process.exitCode = exitCodes.findings
}
