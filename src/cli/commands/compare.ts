/** `limbic compare RUN RUN...`: runs side by side, and what a leaking protocol adds to a strict one. */
import { Command } from 'commander'
import { compareRuns } from '../../evaluate/compare-runs.ts'
import { formatRunComparisonHtml, formatRunComparisonText } from '../../evaluate/report/index.ts'
import { writeFileAtomic } from '../../io/artifacts.ts'
import { readReport } from '../../pipeline/read-report.ts'

/**
 * The `compare` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function compareCommand(): Command {
  return new Command('compare')
    .description(
      'set runs side by side; with a strict and a leaking one of the same data, say how much the leak adds',
    )
    .argument('<run...>', 'the --out folders of the runs')
    .option('--json', 'print the comparison as JSON instead of tables', false)
    .option('--html <file>', 'also write it as a page')
    .action(compareAction)
}

async function compareAction(
  dirs: readonly string[],
  options: { json: boolean; html?: string },
): Promise<void> {
  const reports = await Promise.all(
    dirs.map(async (dir) => ({ run: dir, report: await readReport(dir) })),
  )
  const comparison = compareRuns(reports)
  if (options.html !== undefined)
    await writeFileAtomic(options.html, formatRunComparisonHtml(comparison))
  process.stdout.write(
    options.json ? `${JSON.stringify(comparison, null, 2)}\n` : formatRunComparisonText(comparison),
  )
  if (options.html !== undefined && !options.json) process.stdout.write(`\npage: ${options.html}\n`)
}
