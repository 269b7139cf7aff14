/** `limbic calibrate BUNDLE`: adds a new subject to a decoder, from calibration runs alone, and says whether feedback would be worth giving. */
import { Command } from 'commander'
import { calibrateBundle } from '../../pipeline/bundle/calibrate-bundle.ts'
import { defaultGateThreshold } from '../../pipeline/bundle/calibration-gate.ts'
import { readBundle } from '../../pipeline/bundle/read-bundle.ts'
import type { CalibratedSubject } from '../../core/schemas/bundle.ts'
import { exitCodes } from '../exit-codes.ts'
import { logFormatOption, numberOption } from '../options.ts'
import { createReporter } from '../progress.ts'

interface CalibrateCommandOptions {
  readonly bids: string
  readonly subject: string
  readonly out: string
  readonly gate: number
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
    .addOption(logFormatOption())
    .action(calibrateAction)
}

async function calibrateAction(dir: string, options: CalibrateCommandOptions): Promise<void> {
  const { bids, subject, out, gate: threshold, logFormat } = options
  const bundle = await readBundle(dir)
  const emit = createReporter(logFormat, out)
  const manifest = await calibrateBundle({ bundle, bids, subject, out, threshold, emit })
  const entry = manifest.calibrated?.find((one) => one.subject === subject)
  if (entry === undefined) return
  process.stdout.write(`${formatCalibrated(entry)}\nbundle: ${out}\n`)
  if (entry.gate?.passed === false) process.exitCode = exitCodes.findings
}

function formatCalibrated({ subject, runs, gate, gateReason }: CalibratedSubject): string {
  const lines = [`calibrated ${subject} on ${runs.length} run(s): ${runs.join(', ')}`]
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
