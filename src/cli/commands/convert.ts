/** `limbic convert DICOM_DIR OUT`: functional runs out of DICOM or PAR/REC files, as BIDS, and preprocessed if asked. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { formatFinding, LimbicError } from '../../core/errors/index.ts'
import { bidsLabel, convertFolder, type ConvertOptions } from '../../io/dicom/index.ts'
import { defaultPreprocessOptions } from '../../pipeline/preprocess/options.ts'
import { exitCodes } from '../exit-codes.ts'
import { defaultJobs, integerOption, numberOption } from '../options.ts'
import { runPreprocessing } from './preprocess.ts'

interface Options {
  readonly subject: string
  readonly session?: string
  readonly task?: string
  readonly run?: number
  readonly tr?: number
  readonly dropLast: boolean
  readonly displayValues: boolean
  readonly events?: string[]
  readonly preprocess: boolean
  readonly json: boolean
}

/**
 * The `convert` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function convertCommand(): Command {
  return new Command('convert')
    .description('convert functional runs from DICOM or PAR/REC to BIDS; says what it leaves out')
    .argument('<dicom-dir>', 'folder with DICOM or PAR/REC files, in any arrangement')
    .argument('<out>', 'the BIDS dataset to write to')
    .option('--subject <label>', 'label of the subject', '01')
    .option('--session <label>', 'label of the session')
    .option('--task <label>', 'label of the task (default: from the name of the series)')
    .option('--run <number>', 'number of the first run', integerOption('--run', 1))
    .option(
      '--tr <seconds>',
      'repetition time, if the headers are wrong',
      numberOption('--tr', 0.01),
    )
    .option('--drop-last', 'leave out a last volume that lacks slices', false)
    .option('--display-values', "Philips: DICOM's own rescale instead of the precise values", false)
    .option('--events <file...>', 'events.tsv of the runs, one for each, in their order')
    .option(
      '--preprocess',
      'then preprocess, clean and label the subject, into <out>/derivatives/limbic',
      false,
    )
    .option('--json', 'the result as JSON', false)
    .action(convertAction)
}

async function convertAction(dir: string, out: string, options: Options): Promise<void> {
  const { written, findings } = await convertFolder(dir, out, convertOptions(options))
  if (options.json) process.stdout.write(`${JSON.stringify({ written, findings }, null, 2)}\n`)
  else {
    const lines = written.map(
      ({ image, series, shape, nVolumes, trSeconds }) =>
        `${image}  ${[...shape, nVolumes].join(' x ')}, ${trSeconds === undefined ? 'TR unknown' : `TR ${trSeconds} s`}  from ${series}`,
    )
    const summary = `${written.length} run${written.length === 1 ? '' : 's'} written to ${out}`
    process.stdout.write(`${[...findings.map(formatFinding), ...lines, summary].join('\n')}\n`)
  }
  const failed = written.length === 0 || findings.some(({ severity }) => severity === 'error')
  if (failed) process.exitCode = exitCodes.findings
  // Runs of an earlier call are there to be preprocessed; without any run there is nothing to do.
  if (options.preprocess && existsSync(join(out, 'dataset_description.json')))
    await preprocessSubject(out, options)
}

async function preprocessSubject(out: string, { subject }: Options): Promise<void> {
  const { maxFramewiseDisplacementMm: fd, maxDvars: dvars } = defaultPreprocessOptions
  await runPreprocessing(out, join(out, 'derivatives', 'limbic'), {
    ...{ participantLabel: [bidsLabel(subject, 'sub')], clean: true, sliceTiming: true },
    ...{ causal: false, fd, dvars, jobs: defaultJobs(), logFormat: 'text' },
  })
}

function convertOptions(options: Options): ConvertOptions {
  const { subject, session, task } = options
  const given = [
    ['--subject', subject, 'sub'],
    ['--session', session, 'ses'],
    ['--task', task, 'task'],
  ] as const
  for (const [option, label, entity] of given)
    if (label !== undefined && bidsLabel(label, entity) === '')
      throw new LimbicError('OPTION_INVALID', {
        option,
        expected: 'a label with letters or digits',
        found: label,
      })
  return {
    subject,
    dropLastIncomplete: options.dropLast,
    intensity: options.displayValues ? 'display' : 'precise',
    ...(session !== undefined && { session }),
    ...(task !== undefined && { task }),
    ...(options.run !== undefined && { run: options.run }),
    ...(options.tr !== undefined && { trSeconds: options.tr }),
    ...(options.events !== undefined && { events: options.events }),
  }
}
