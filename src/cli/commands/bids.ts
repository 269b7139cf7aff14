/** `limbic bids BIDS OUT LEVEL`: limbic as a BIDS App; participant preprocesses, group runs a pipeline on what participant has made. */
import { join, resolve } from 'node:path'
import { Argument, Command } from 'commander'
import { LimbicError } from '../../core/errors/index.ts'
import { formatReportText } from '../../evaluate/report/index.ts'
import { runInProcess } from '../../executors/in-process.ts'
import { createPool } from '../../executors/pool.ts'
import { loadPipeline } from '../../pipeline/load.ts'
import { runPipeline } from '../../pipeline/run.ts'
import { exitCodes } from '../exit-codes.ts'
import { setOption } from '../options.ts'
import { createReporter } from '../progress.ts'
import {
  addPreprocessFlags,
  participantsOf,
  runPreprocessing,
  type PreprocessFlags,
} from './preprocess.ts'

interface BidsFlags extends PreprocessFlags {
  readonly pipeline?: string
  readonly set: string[]
}

/**
 * The `bids` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function bidsCommand(): Command {
  const command = new Command('bids')
    .description('the BIDS App: `participant` preprocesses, `group` evaluates a pipeline on that')
    .argument('<bids-dir>', 'the BIDS dataset')
    .argument('<output-dir>', 'the folder of derivatives')
    .addArgument(new Argument('<level>', 'level of the analysis').choices(['participant', 'group']))
    .option('--pipeline <name>', 'the pipeline of level group: a YAML file or a known name')
    .addOption(setOption())
  return addPreprocessFlags(command).action(
    (bids: string, out: string, level: 'participant' | 'group', flags: BidsFlags) =>
      level === 'participant' ? runPreprocessing(bids, out, flags) : runGroup(bids, out, flags),
  )
}

async function runGroup(bids: string, derivatives: string, flags: BidsFlags): Promise<void> {
  if (flags.pipeline === undefined)
    throw new LimbicError('OPTION_INVALID', {
      option: '--pipeline',
      expected: 'the name of a pipeline or a YAML file, which level group needs',
      found: 'nothing',
    })
  const subjects = participantsOf(flags)
  const pipeline = await loadPipeline(flags.pipeline, [
    'data.preprocess=fmriprep',
    `data.derivatives=${JSON.stringify(resolve(derivatives))}`,
    ...(subjects === undefined ? [] : [`data.subjects=${JSON.stringify(subjects)}`]),
    ...(flags.task === undefined ? [] : [`data.tasks=${JSON.stringify(flags.task)}`]),
    ...flags.set,
  ])
  const out = join(derivatives, 'pipelines', pipeline.name)
  const report = await runPipeline({
    ...{ pipeline, bids, out, resume: true },
    execute: flags.jobs === 1 ? runInProcess : createPool(flags.jobs),
    emit: createReporter(flags.logFormat, out),
  })
  process.stdout.write(`${formatReportText(report)}\nreport: ${join(out, 'report.html')}\n`)
  if (report.failedFolds.length > 0) process.exitCode = exitCodes.findings
}
