/** `limbic run PIPELINE`: evaluates a pipeline across subjects and writes the report. */
import { join } from 'node:path'
import { Command } from 'commander'
import { formatReportText } from '../../evaluate/report/index.ts'
import { createPool } from '../../executors/pool.ts'
import { runInProcess } from '../../executors/in-process.ts'
import { loadPipeline } from '../../pipeline/load.ts'
import { runPipeline } from '../../pipeline/run.ts'
import { exitCodes } from '../exit-codes.ts'
import {
  defaultJobs,
  engineOption,
  integerOption,
  logFormatOption,
  maxMinutesOption,
  readTrainingOptions,
  setOption,
  type TrainingOptions,
} from '../options.ts'
import { createReporter } from '../progress.ts'

interface RunCommandOptions extends TrainingOptions {
  bids: string
  out: string
  set: string[]
  jobs: number
  permutations?: number
  resume: boolean
  logFormat: 'text' | 'json'
}

/**
 * The `run` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function runCommand(): Command {
  return new Command('run')
    .description('evaluate a pipeline on a BIDS dataset; started again after a kill, it resumes')
    .argument('<pipeline>', 'a YAML file, or the name of a pipeline that ships with limbic')
    .requiredOption('--bids <dir>', 'the BIDS dataset')
    .requiredOption('--out <dir>', 'where to write report.json, report.html and the stage cache')
    .addOption(setOption())
    .option(
      '--permutations <n>',
      'repeat everything n times with permuted labels and test the scores against chance',
      integerOption('--permutations', 0),
    )
    .addOption(engineOption())
    .addOption(maxMinutesOption())
    .option('--jobs <n>', 'folds at a time', integerOption('--jobs', 1), defaultJobs())
    .option(
      '--resume',
      'write over the results of another run in --out, keeping stages that fit',
      false,
    )
    .addOption(logFormatOption())
    .action(runAction)
}

async function runAction(name: string, options: RunCommandOptions): Promise<void> {
  const { permutations } = options
  const { settings, pause } = readTrainingOptions(options)
  const pipeline = await loadPipeline(name, [
    ...options.set,
    ...settings,
    ...(permutations === undefined ? [] : [`evaluate.permutations=${permutations}`]),
  ])
  const report = await runPipeline({
    pipeline,
    bids: options.bids,
    out: options.out,
    resume: options.resume,
    execute: options.jobs === 1 ? runInProcess : createPool(options.jobs),
    emit: createReporter(options.logFormat, options.out),
    ...pause,
  })
  process.stdout.write(`${formatReportText(report)}\nreport: ${join(options.out, 'report.html')}\n`)
  if (report.failedFolds.length > 0) process.exitCode = exitCodes.findings
}
