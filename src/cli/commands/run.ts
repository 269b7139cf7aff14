/** `limbic run PIPELINE`: evaluates a pipeline across subjects and writes the report. */
import { join } from 'node:path'
import { Command } from 'commander'
import { formatReportText } from '../../evaluate/report/index.ts'
import { loadPipeline } from '../../pipeline/load.ts'
import { runPipeline } from '../../pipeline/run.ts'
import { addExecutorOptions, executorOf, type ExecutorOptions } from '../executor-options.ts'
import { exitCodes } from '../exit-codes.ts'
import {
  engineOption,
  integerOption,
  logFormatOption,
  maxMinutesOption,
  readTrainingOptions,
  setOption,
  type TrainingOptions,
} from '../options.ts'
import { createReporter } from '../progress.ts'

interface RunCommandOptions extends TrainingOptions, ExecutorOptions {
  bids: string
  out: string
  set: string[]
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
  const command = new Command('run')
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
    .option(
      '--resume',
      'write over the results of another run in --out, keeping stages that fit',
      false,
    )
    .addOption(logFormatOption())
  return addExecutorOptions(command).action(runAction)
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
    execute: executorOf(options),
    emit: createReporter(options.logFormat, options.out),
    ...pause,
  })
  process.stdout.write(`${formatReportText(report)}\nreport: ${join(options.out, 'report.html')}\n`)
  if (report.failedFolds.length > 0) process.exitCode = exitCodes.findings
}
