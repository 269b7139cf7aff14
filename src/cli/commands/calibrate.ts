/** `limbic calibrate BUNDLE`: adds a new subject to a decoder, from calibration runs alone, and says whether feedback would be worth giving. */
import { Command } from 'commander'
import { LimbicError } from '../../core/errors/index.ts'
import { calibrateBundle } from '../../pipeline/bundle/calibrate-bundle.ts'
import { defaultGateThreshold } from '../../pipeline/bundle/calibration-gate.ts'
import { readBundle } from '../../pipeline/bundle/read-bundle.ts'
import { fineTuneDefaults } from '../../pipeline/bundle/fine-tune-subject.ts'
import type { CalibratedSubject, FineTuning } from '../../core/schemas/bundle.ts'
import { exitCodes } from '../exit-codes.ts'
import { integerOption, logFormatOption, numberOption } from '../options.ts'
import { createReporter } from '../progress.ts'

interface CalibrateCommandOptions {
  readonly bids: string
  readonly subject: string
  readonly out: string
  readonly gate: number
  readonly fineTune: boolean
  readonly epochs?: number
  readonly learningRate: number
  readonly logFormat: 'text' | 'json'
}

/**
 * The `calibrate` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function calibrateCommand(): Command {
  return new Command('calibrate')
    .description('add a new subject to a decoder, from its calibration runs alone')
    .argument('<bundle>', 'the bundle folder that `limbic train` wrote')
    .requiredOption('--bids <dir>', 'BIDS dataset with the calibration runs')
    .requiredOption('--subject <label>', 'label of the new subject')
    .requiredOption('--out <dir>', 'folder of the new bundle')
    .option(
      '--gate <auc>',
      'smallest cross-validated AUC at which feedback is given without --force',
      numberOption('--gate', 0),
      defaultGateThreshold,
    )
    .option('--fine-tune', 'train the last layers of its network on the calibration runs', false)
    .option(
      '--epochs <n>',
      'of fine-tuning; by default a run that is left out decides, or there are 20',
      integerOption('--epochs', 1),
    )
    .option(
      '--learning-rate <rate>',
      'of fine-tuning',
      numberOption('--learning-rate', 1e-9),
      fineTuneDefaults.learningRate,
    )
    .addOption(logFormatOption())
    .action(calibrateAction)
}

async function calibrateAction(dir: string, options: CalibrateCommandOptions): Promise<void> {
  const { bids, subject, out, gate: threshold, epochs, learningRate, logFormat } = options
  if (epochs !== undefined && !options.fineTune)
    throw new LimbicError('OPTION_INVALID', {
      option: '--epochs',
      expected: '--fine-tune beside it, since nothing else is trained',
      found: String(epochs),
    })
  const bundle = await readBundle(dir)
  const emit = createReporter(logFormat, out)
  const fineTune = options.fineTune ? { epochs, learningRate } : undefined
  const manifest = await calibrateBundle({ bundle, bids, subject, out, threshold, fineTune, emit })
  const entry = manifest.calibrated?.find((one) => one.subject === subject)
  if (entry === undefined) return
  process.stdout.write(`${formatCalibrated(entry)}\nbundle: ${out}\n`)
  if (entry.gate?.passed === false) process.exitCode = exitCodes.findings
}

function formatCalibrated(entry: CalibratedSubject): string {
  const { subject, runs, gate, gateReason, fineTuning } = entry
  const lines = [`calibrated ${subject} on ${runs.length} run(s): ${runs.join(', ')}`]
  if (fineTuning !== undefined) lines.push(formatFineTuning(fineTuning))
  if (gate === null) lines.push(`gate: not computed, ${gateReason ?? 'for no reason given'}`)
  else {
    const { auc, threshold, passed, nRuns, nVolumes } = gate
    const verdict = passed ? 'passed' : 'NOT PASSED: feedback is refused without --force'
    lines.push(
      `gate: AUC ${auc.toFixed(3)} over ${nVolumes} volumes of ${nRuns} run(s) not seen by the calibration, ${threshold} wanted: ${verdict}`,
    )
  }
  return lines.join('\n')
}

function formatFineTuning({
  layers,
  epochs,
  chosenBy,
  nVolumes,
  loss,
  leftOutLoss,
}: FineTuning): string {
  const change = ({ before, after }: FineTuning['loss']): string =>
    `${before.toFixed(3)} to ${after.toFixed(3)}`
  const by = { 'left-out runs': 'chosen by runs that were left out', default: 'the default, as no run could be left out', user: 'as asked' }[chosenBy] // prettier-ignore
  const leftOut = leftOutLoss === null ? '' : `, of left-out runs ${change(leftOutLoss)}`
  return `fine-tuned ${layers.join(', ')} on ${nVolumes} volumes: ${epochs} epochs (${by}), loss ${change(loss)}${leftOut}`
}
