/** `limbic report RUN`: prints a run's report and draws report.html again. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { LimbicError } from '../../core/errors/index.ts'
import { reportSchema } from '../../core/schemas/report.ts'
import { formatReportHtml, formatReportText } from '../../evaluate/report/index.ts'
import { writeFileAtomic } from '../../io/artifacts.ts'
import { assertValid } from '../../pipeline/validate.ts'

/**
 * The `report` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function reportCommand(): Command {
  return new Command('report')
    .description('print the report of a run and draw its report.html again')
    .argument('<run>', 'the --out folder of the run')
    .option('--json', 'print report.json instead', false)
    .action(async (dir: string, options: { json: boolean }) => {
      const file = join(dir, 'report.json')
      if (!existsSync(file)) throw new LimbicError('REPORT_NOT_FOUND', { dir })
      const text = await readFile(file, 'utf8')
      const report = assertValid(reportSchema, JSON.parse(text), file)
      await writeFileAtomic(join(dir, 'report.html'), formatReportHtml(report))
      process.stdout.write(
        options.json ? text : `${formatReportText(report)}\nreport: ${join(dir, 'report.html')}\n`,
      )
    })
}
