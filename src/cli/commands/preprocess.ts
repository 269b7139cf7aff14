/** `limbic preprocess BIDS OUT`: slice timing, realignment, mask, confounds and a quality page for every run. */
import { Command, Option } from 'commander'
import { formatFinding, type Finding } from '../../core/errors/index.ts'
import { createPreprocessPool, preprocessInProcess } from '../../executors/preprocess-pool.ts'
import { defaultPreprocessOptions } from '../../pipeline/preprocess/options.ts'
import {
  preprocessDataset,
  type PreprocessedDataset,
} from '../../pipeline/preprocess/preprocess-dataset.ts'
import type { PreprocessedRun } from '../../pipeline/preprocess/preprocess-run.ts'
import { motionNames } from '../../preprocess/motion.ts'
import { exitCodes } from '../exit-codes.ts'
import { defaultJobs, integerOption, logFormatOption, numberOption } from '../options.ts'
import { createReporter } from '../progress.ts'

/** Options that say how runs are preprocessed, as commander gives them. */
export interface PreprocessFlags {
  readonly participantLabel?: string[]
  /** The same, as BIDS Apps spell it. */
  readonly participant_label?: string[]
  readonly task?: string[]
  readonly referenceTask?: string
  readonly jobs: number
  readonly sliceTiming: boolean
  readonly causal: boolean
  /** True without columns. */
  readonly clean?: string[] | true
  readonly fd: number
  readonly dvars: number
  readonly logFormat: 'text' | 'json'
}

/**
 * The `preprocess` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function preprocessCommand(): Command {
  const command = new Command('preprocess')
    .description('slice timing, realignment, brain mask, confounds, and a quality page per run')
    .argument('<bids>', 'the BIDS dataset')
    .argument('<out>', 'the folder of derivatives; started again, only what is missing is made')
  return addPreprocessFlags(command).action(
    async (bids: string, out: string, flags: PreprocessFlags) => {
      await runPreprocessing(bids, out, flags)
    },
  )
}

/**
 * Adds the options that say how runs are preprocessed.
 *
 * @param command - The command.
 * @returns The command.
 * @throws Never.
 */
export function addPreprocessFlags(command: Command): Command {
  const { maxFramewiseDisplacementMm, maxDvars } = defaultPreprocessOptions
  return command
    .option('--participant-label <label...>', 'subjects, with or without sub- (default: all)')
    .addOption(
      new Option('--participant_label <label...>', 'the same, as BIDS Apps spell it').hideHelp(),
    )
    .option('--task <label...>', 'tasks (default: all)')
    .option('--reference-task <label>', 'take the reference volume from runs of this task')
    .option('--jobs <n>', 'runs at a time', integerOption('--jobs', 1), defaultJobs())
    .option('--no-slice-timing', 'leave slice times as they are')
    .option('--causal', 'slice timing from earlier volumes only, as beside the scanner', false)
    .option(
      '--clean [column...]',
      'also write cleaned images, without drift and these confounds (default: the six of motion), and the class of every volume',
    )
    .option(
      '--fd <mm>',
      'flag volumes that moved more',
      numberOption('--fd', 0),
      maxFramewiseDisplacementMm,
    )
    .option(
      '--dvars <x>',
      'flag volumes with a larger standardised DVARS',
      numberOption('--dvars', 0),
      maxDvars,
    )
    .addOption(logFormatOption())
}

/**
 * Preprocesses a dataset and says what became of it.
 *
 * @param bids - The dataset.
 * @param out - The folder of derivatives.
 * @param flags - How.
 * @returns When every run has ended; the exit code is set to 1 when there are findings of severity error.
 * @throws {LimbicError} As `preprocessDataset`.
 */
export async function runPreprocessing(
  bids: string,
  out: string,
  flags: PreprocessFlags,
): Promise<void> {
  const { task, referenceTask, jobs, sliceTiming, causal, fd, dvars, logFormat } = flags
  const subjects = participantsOf(flags)
  const result = await preprocessDataset({
    bids,
    out,
    settings: {
      ...defaultPreprocessOptions,
      sliceTiming: !sliceTiming ? 'none' : causal ? 'causal' : 'spline',
      maxFramewiseDisplacementMm: fd,
      maxDvars: dvars,
      ...(flags.clean === undefined ? {} : { clean: cleanColumns(flags.clean) }),
    },
    ...(subjects === undefined ? {} : { subjects }),
    ...(referenceTask === undefined ? {} : { referenceTask }),
    ...(task === undefined ? {} : { tasks: task }),
    execute: jobs === 1 ? preprocessInProcess : createPreprocessPool(jobs),
    emit: createReporter(logFormat),
  })
  process.stdout.write(formatResult(result, out))
  if (result.findings.some(({ severity }) => severity === 'error'))
    process.exitCode = exitCodes.findings
}

/**
 * The subjects that were asked for.
 *
 * @param flags - As commander gives them.
 * @returns Labels without `sub-`; undefined for all.
 * @throws Never.
 */
export function participantsOf(
  flags: Pick<PreprocessFlags, 'participantLabel' | 'participant_label'>,
): readonly string[] | undefined {
  const labels = flags.participantLabel ?? flags.participant_label
  return labels?.map((label) => label.replace(/^sub-/, ''))
}

function cleanColumns(clean: readonly string[] | true): readonly string[] {
  return clean === true || clean.length === 0 ? motionNames : clean
}

function formatResult({ runs, findings }: PreprocessedDataset, out: string): string {
  const errors = findings.filter(({ severity }) => severity === 'error')
  const warnings = findings.filter(({ severity }) => severity === 'warning')
  const lines = runs.map(formatRun)
  const counts = `${runs.length} run${runs.length === 1 ? '' : 's'} in ${out}, ${errors.length} errors, ${warnings.length} warnings`
  const kinds =
    warnings.length === 0
      ? []
      : [`warnings: ${countCodes(warnings)}; see the pages in sub-*/figures`]
  return `${[...errors.map(formatFinding), ...lines, counts, ...kinds].join('\n')}\n`
}

function countCodes(findings: readonly Finding[]): string {
  const counts = new Map<string, number>()
  for (const { code } of findings) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts].map(([code, count]) => `${code} in ${count}`).join(', ')
}

function formatRun({ run, summary, isReused }: PreprocessedRun): string {
  const { meanDisplacementMm, maxDisplacementMm, medianTsnr, nOutliers, nVolumes } = summary
  const motion =
    meanDisplacementMm === null || maxDisplacementMm === null
      ? 'motion not measured'
      : `FD mean ${meanDisplacementMm.toFixed(2)} mm, max ${maxDisplacementMm.toFixed(2)} mm`
  return `${run.key}  ${motion}, ${nOutliers} of ${nVolumes} volumes flagged, tSNR ${medianTsnr.toFixed(1)}${isReused ? '  (kept)' : ''}`
}
