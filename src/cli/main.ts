/** The command line: parses arguments, runs one command, and turns errors into a message and an exit code. */
import { Command, CommanderError } from 'commander'
import { isLimbicError } from '../core/errors/index.ts'
import { limbicVersion } from '../pipeline/provenance.ts'
import { benchCommand } from './commands/bench.ts'
import { bidsCommand } from './commands/bids.ts'
import { calibrateCommand } from './commands/calibrate.ts'
import { collectCommand } from './commands/collect.ts'
import { compareCommand } from './commands/compare.ts'
import { convertCommand } from './commands/convert.ts'
import { demoCommand } from './commands/demo.ts'
import { doctorCommand } from './commands/doctor.ts'
import { exportCommand } from './commands/export.ts'
import { interpretCommand } from './commands/interpret.ts'
import { predictCommand } from './commands/predict.ts'
import { preprocessCommand } from './commands/preprocess.ts'
import { realtimeCommand } from './commands/realtime.ts'
import { replayCommand } from './commands/replay.ts'
import { reportCommand } from './commands/report.ts'
import { runCommand } from './commands/run.ts'
import { scannerCommand } from './commands/scanner.ts'
import { schemasCommand } from './commands/schemas.ts'
import { simulateCommand } from './commands/simulate.ts'
import { taskCommand } from './commands/task.ts'
import { trainCommand } from './commands/train.ts'
import { validateCommand } from './commands/validate.ts'
import { exitCodes } from './exit-codes.ts'

/**
 * Runs the command line.
 *
 * @param argv - Arguments without node and script.
 * @returns The exit code: 0 ok, 1 findings or failed folds, 2 usage, 70 bug, 75 paused and to be run again, 130 interrupted.
 * @throws Never.
 */
export async function main(argv: readonly string[]): Promise<number> {
  process.exitCode = exitCodes.ok
  if (!process.stdout.listeners('error').includes(endWhenReaderIsGone))
    process.stdout.on('error', endWhenReaderIsGone)
  process.once('SIGINT', () => process.exit(exitCodes.interrupted))
  try {
    await createProgram().parseAsync([...argv], { from: 'user' })
    return Number(process.exitCode)
  } catch (error) {
    return reportError(error)
  }
}

/**
 * The command tree.
 *
 * @returns The program, which throws instead of exiting.
 * @throws Never.
 */
export function createProgram(): Command {
  const program = new Command('limbic')
    .description(
      'Leak-free fMRI emotion decoding: from BIDS to a frozen decoder beside the scanner.',
    )
    .version(limbicVersion())
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
  for (const command of [
    demoCommand(),
    convertCommand(),
    simulateCommand(),
    validateCommand(),
    preprocessCommand(),
    bidsCommand(),
    runCommand(),
    collectCommand(),
    trainCommand(),
    calibrateCommand(),
    predictCommand(),
    exportCommand(),
    realtimeCommand(),
    replayCommand(),
    scannerCommand(),
    reportCommand(),
    compareCommand(),
    interpretCommand(),
    doctorCommand(),
    benchCommand(),
    schemasCommand(),
  ])
    program.addCommand(command)
  program.addCommand(taskCommand(), { hidden: true })
  throwInsteadOfExit(program)
  return program
}

/** `limbic predict ... | head` has got what it wanted. */
function endWhenReaderIsGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(exitCodes.ok)
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride()
  for (const child of command.commands) throwInsteadOfExit(child)
}

function reportError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (isLimbicError(error)) {
    process.stderr.write(`${error.code}: ${error.message}\n`)
    if (error.code === 'RUN_PAUSED') return exitCodes.again
    return usageCodes.has(error.code) ? exitCodes.usage : exitCodes.findings
  }
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  return exitCodes.bug
}

const usageCodes = new Set<string>([
  'OPTION_INVALID',
  'PIPELINE_NOT_FOUND',
  'PIPELINE_KEY_UNKNOWN',
  'PIPELINE_VALUE_INVALID',
  'PIPELINE_INVALID_YAML',
  'PIPELINE_STEP_ORDER',
  'ENGINE_UNKNOWN',
  'MODEL_UNKNOWN',
  'SERVE_TOKEN_MISSING',
  'SERVE_TOKEN_WEAK',
  'SERVE_ALLOW_MISSING',
  'SERVE_FOLDER_NOT_ALLOWED',
  'SERVE_PEER_MISSING',
  'RT_PEER_MISSING',
])
