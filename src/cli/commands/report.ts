/** `limbic report RUN`: prints a run's report and draws report.html again. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { formatReportHtml, formatReportText } from '../../evaluate/report/index.ts'
import { writeFileAtomic } from '../../io/artifacts.ts'
import { readReportMaps } from '../../pipeline/maps/read-report-maps.ts'
import { readReport } from '../../pipeline/read-report.ts'

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
      const report = await readReport(dir)
      const page = join(dir, 'report.html')
      await writeFileAtomic(page, formatReportHtml(report, await readReportMaps(dir)))
      process.stdout.write(
        options.json
          ? await readFile(join(dir, 'report.json'), 'utf8')
          : `${formatReportText(report)}\nreport: ${page}\n`,
      )
    })
}
