/** `limbic report RUN`: prints a run's report and draws report.html again. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { LimbicError } from '../../core/errors/index.ts'
import { reportSchema, type Report } from '../../core/schemas/report.ts'
import { formatReportHtml, formatReportText } from '../../evaluate/report/index.ts'
import { readReportMaps } from '../../pipeline/maps/read-report-maps.ts'
import { writeFileAtomic } from '../../io/artifacts.ts'

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
      const report = parseReport(text, file)
      await writeFileAtomic(
        join(dir, 'report.html'),
        formatReportHtml(report, await readReportMaps(dir)),
      )
      process.stdout.write(
        options.json ? text : `${formatReportText(report)}\nreport: ${join(dir, 'report.html')}\n`,
      )
    })
}

function parseReport(text: string, file: string): Report {
  const parsed = reportSchema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new LimbicError('JSON_INVALID', {
    file,
    expected: 'a report as data-schemas/report.schema.json describes it, written by this version',
    found: `${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'not JSON'}`,
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
