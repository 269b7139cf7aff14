/** `limbic realtime BUNDLE`: decodes volumes as they arrive, shows the session and sends its feedback out. */
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { LimbicError } from '../../core/errors/index.ts'
import type { Smoothing } from '../../core/schemas/session.ts'
import {
  knownSubjects,
  readBundle,
  readCalibration,
  type Bundle,
} from '../../pipeline/bundle/read-bundle.ts'
import {
  assertAllowedPath,
  assertBinding,
  defaultLslPackage,
  type SessionHub,
} from '../../serve/index.ts'
import { exitCodes } from '../exit-codes.ts'
import { integerOption, numberOption } from '../options.ts'
import { conductSession, type ConductOptions } from '../realtime/conduct-session.ts'
import { formatEventLine, formatSummary } from '../realtime/lines.ts'
import { openSource, type SourceOptions } from '../realtime/open-source.ts'
import { parseSmoothing, readPolicy, type PolicyOptions } from '../realtime/options.ts'
import { chooseClass } from '../realtime/outputs.ts'
import { raisePriority } from '../realtime/raise-priority.ts'

interface RealtimeOptions extends SourceOptions, PolicyOptions, ConductOptions {
  readonly subject?: string
  readonly session?: string
  readonly smooth?: Smoothing
  readonly feedbackClass?: string
  readonly json: boolean
}

const defaultPort = 8717

/**
 * The `realtime` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function realtimeCommand(): Command {
  const command = new Command('realtime')
    .description('decode volumes as they arrive, with a dashboard and feedback for other programs')
    .argument('<bundle>', 'the bundle folder that `limbic train` or `limbic calibrate` wrote')
    .option('--subject <label>', 'whose brain it is; needed when the bundle knows several')
    .option('--session <dir>', 'folder for the log and the raw volumes; a new one by default')
    .option('--resume', 'go on with the session in that folder at its next volume', false)
    .option('--hold', 'wait for the start button of the dashboard', false)
    .option('--json', 'one JSON object per event on standard output instead of text', false)
  addSourceOptions(command)
  addPolicyOptions(command)
  addServerOptions(command)
  addOutputOptions(command)
  return command.action(realtimeAction)
}

function addSourceOptions(command: Command): void {
  command
    .option('--watch <dir>', 'source: a folder that the scanner writes NIfTI or DICOM files into')
    .option(
      '--tcp <[host:]port>',
      'source: frames of volumes, as `limbic scanner --tcp` sends them',
    )
    .option('--afni [[host:]port]', 'source: images for AFNI, as Dimon sends them (port 7954)')
    .option('--replay <path>', 'source: a recorded session, or a 4-D image, as if it came now')
    .addOption(
      new Option('--replay-timing <timing>', 'with the pauses of the recording, or without')
        .choices(['original', 'fast'])
        .default('original'),
    )
    .option('--pattern <regex>', 'names of volumes; the group `volume` holds the number')
    .option('--first-index <n>', 'number of the first volume', integerOption('--first-index', 0))
    .addOption(
      new Option('--existing <what>', 'files that are there at the start')
        .choices(['use', 'ignore'])
        .default('use'),
    )
    .option('--poll <ms>', 'longest time between two looks', numberOption('--poll', 1))
    .option('--quiet <ms>', 'how long a file must be left alone', numberOption('--quiet', 0))
    .option('--patience <ms>', 'when to tell of incomplete files', numberOption('--patience', 0))
    .option('--no-notify', 'look only, as network drives need it; else the system tells too')
    .addOption(
      new Option('--format <format>', 'take files of one format only').choices([
        'nifti',
        'dicom',
        'par-rec',
      ]),
    )
    .option('--series <n>', 'DICOM: number of the series', integerOption('--series', 0))
    .option('--slices <n>', 'DICOM: slices of a volume', integerOption('--slices', 1))
}

function addPolicyOptions(command: Command): void {
  command
    .option('--smooth <how>', '`ema:0.3`, `mean:5` or `none`; raw is logged too', parseSmoothing)
    .option('--deadline <ms>', 'age at which feedback is late', numberOption('--deadline', 1))
    .option('--min-volumes <n>', 'no feedback before', integerOption('--min-volumes', 0))
    .option('--tr <seconds>', 'where files do not say it', numberOption('--tr', 0.001))
    .option('--no-realign', 'decode volumes as they come')
    .option('--force', 'give feedback although the calibration did not pass its gate', false)
    .option(
      '--set <key=value>',
      'any other setting of the session, as maxParked=5 (repeatable)',
      collect,
      [],
    )
}

function addServerOptions(command: Command): void {
  command
    .option('--port <port>', 'of the dashboard', integerOption('--port', 0), defaultPort)
    .option('--host <address>', 'open to other machines; needs --token and --allow', '127.0.0.1')
    .addOption(
      new Option('--token <secret>', 'asked of everybody who connects').env('LIMBIC_TOKEN'),
    )
    .option('--allow <dir>', 'folder that the session may use (repeatable)', collect, [])
}

function addOutputOptions(command: Command): void {
  command
    .option('--feedback-class <name>', 'class for outputs with room for one number')
    .option('--udp <host:port>', 'OpenNFT datagrams to this address; its port is 5005')
    .addOption(
      new Option('--udp-format <format>', 'dialect of the datagrams')
        .choices(['text', 'binary', 'pyopennft'])
        .default('text'),
    )
    .option('--tcp-out <[host:]port>', 'one line of JSON per volume to whoever connects')
    .option('--pyneal [[host:]port]', 'answer like the result server of Pyneal (port 5556)')
    .option('--afni-out [[host:]port]', 'stream of AFNI to a stimulus program (port 53214)')
    .option('--lsl [name]', 'stream of the Lab Streaming Layer')
    .option('--lsl-package <name>', 'package that has its library', defaultLslPackage)
    .option(
      '--peer <address>',
      'other machine that may use --tcp, --afni, --tcp-out and --pyneal',
      collect,
      [],
    )
}

function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value]
}

async function realtimeAction(bundleDir: string, options: RealtimeOptions): Promise<void> {
  assertBinding({ host: options.host, token: options.token, allow: options.allow })
  const policy = readPolicy(options)
  const dir = resolve(options.session ?? newSessionName(new Date()))
  for (const path of [dir, options.watch, options.replay])
    if (path !== undefined) await assertAllowedPath(path, options.allow)
  const bundle = await readBundle(bundleDir)
  const className = chooseClass(bundle.manifest.classes, options.feedbackClass)
  const calibration = await readCalibration(bundle, chooseSubject(bundle, options.subject))
  raisePriority()
  const source = await openSource(options)
  const say = (line: string): boolean => (options.json ? process.stderr : process.stdout).write(`${line}\n`) // prettier-ignore
  const summary = await conductSession(
    {
      ...{ bundle, calibration, source, dir, policy, className },
      announce: say,
      onEvent: (hub) => print(hub, options.json),
    },
    options,
  )
  if (summary === undefined) return void say('ended before it was started')
  say(formatSummary(summary).trimEnd())
  if (summary.error === null) return
  process.stderr.write(`${summary.error.code}: ${summary.error.message}\n`)
  process.exitCode = exitCodes.findings
}

function print(hub: SessionHub, json: boolean): void {
  hub.subscribe((event) => {
    const line = json ? JSON.stringify(event) : formatEventLine(event)
    if (line !== undefined) process.stdout.write(`${line}\n`)
  })
}

/** The one that was calibrated last, or the only one that there is. */
function chooseSubject({ manifest, dir }: Bundle, wanted: string | undefined): string {
  if (wanted !== undefined) return wanted
  const known = knownSubjects(manifest)
  const [first] = known
  if (first !== undefined && (manifest.calibrated !== undefined || known.length === 1)) return first
  throw new LimbicError('OPTION_INVALID', {
    option: '--subject',
    expected: `one of the subjects of ${dir}: ${known.join(', ')}`,
    found: 'nothing',
  })
}

/** As `session-20260131-154500`. */
function newSessionName(now: Date): string {
  const digits = now.toISOString().replaceAll(/[-:]/g, '')
  return `session-${digits.slice(0, 8)}-${digits.slice(9, 15)}`
}
