/** `limbic validate BIDS`: everything that would stop or bend a run, found before it starts. */
import { Command } from 'commander'
import { formatFinding } from '../../core/errors/index.ts'
import { validateBids } from '../../io/bids/index.ts'
import { exitCodes } from '../exit-codes.ts'

/**
 * The `validate` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function validateCommand(): Command {
  return new Command('validate')
    .description('check a BIDS dataset; exits with 1 when something would stop a run')
    .argument('<bids>', 'the BIDS dataset')
    .option('--derivatives <dir>', 'fMRIPrep-style derivatives to check with it')
    .option('--json', 'findings as JSON', false)
    .action(async (bids: string, options: { derivatives?: string; json: boolean }) => {
      const { dataset, findings } = await validateBids(
        bids,
        options.derivatives === undefined ? {} : { derivatives: options.derivatives },
      )
      const errors = findings.filter(({ severity }) => severity === 'error')
      const summary = `${dataset.subjects.length} subjects, ${dataset.runs.length} runs, ${errors.length} errors, ${findings.length - errors.length} warnings`
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ subjects: dataset.subjects, nRuns: dataset.runs.length, findings }, null, 2)}\n`
          : `${[...findings.map(formatFinding), summary].join('\n')}\n`,
      )
      if (errors.length > 0) process.exitCode = exitCodes.findings
    })
}
