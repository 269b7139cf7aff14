/** `limbic scanner INPUT`: plays a run into a folder or a socket as a scanner would, with whatever goes wrong in real ones. */
import { Command, Option } from 'commander'
import { LimbicError } from '../../core/errors/index.ts'
import type { ScannerAction, ScannerFaults } from '../../realtime/scanner/plan.ts'
import { playScan, type ScannerTarget } from '../../realtime/scanner/play-scan.ts'
import { afniControlPort, afniDataPort } from '../../realtime/sources/afni/control-string.ts'
import { integerOption, numberOption } from '../options.ts'
import { parseAddress } from '../realtime/options.ts'

interface ScannerOptions {
  readonly folder?: string
  readonly tcp?: string
  readonly afni?: string
  readonly afniDataPort: number
  readonly format: 'nifti' | 'nifti-gz' | 'dicom'
  readonly inPlace: boolean
  readonly tr?: number
  readonly speed: number
  readonly repeat: number
  readonly seed: number
  readonly truncate?: readonly string[]
  readonly preallocate?: readonly string[]
  readonly drop?: readonly string[]
  readonly duplicate?: readonly string[]
  readonly conflict?: readonly string[]
  readonly reorder?: readonly string[]
  readonly late?: readonly string[]
  readonly stall?: readonly string[]
  readonly wrongMatrix?: readonly string[]
  readonly jitter: number
  readonly json: boolean
}

/**
 * The `scanner` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function scannerCommand(): Command {
  const command = new Command('scanner')
    .description('play a run as a scanner would send it, with faults on request')
    .argument('<input>', 'a 4-D NIfTI image, a folder of DICOM or PAR/REC files, or a session')
    .option('--folder <dir>', 'write one file per volume into this folder')
    .option('--tcp <host:port>', 'send to `limbic realtime --tcp`')
    .option('--afni <host[:port]>', 'send to AFNI, or to a program that listens as AFNI does')
    .option(
      '--afni-data-port <port>',
      'port for the images',
      integerOption('--afni-data-port', 1024),
      afniDataPort,
    )
    .addOption(
      new Option('--format <format>', 'of files; `dicom` copies the originals')
        .choices(['nifti', 'nifti-gz', 'dicom'])
        .default('nifti'),
    )
    .option('--in-place', 'write under the final name instead of renaming', false)
    .option('--tr <seconds>', 'time between volumes', numberOption('--tr', 0.001))
    .option('--speed <factor>', 'how many times faster', numberOption('--speed', 0.001), 1)
    .option('--repeat <n>', 'play the run so often, indices go on', integerOption('--repeat', 1), 1)
    .option('--json', 'one JSON object per volume', false)
  for (const [name, text] of faultOptions)
    command.option(`--${name} <volumes>`, text, (value: string, previous?: string[]) => [
      ...(previous ?? []),
      ...value.split(','),
    ])
  return command
    .option('--jitter <ms>', 'send each volume up to so much later', numberOption('--jitter', 0), 0)
    .option('--seed <n>', 'of the jitter', integerOption('--seed', 0), 1)
    .action(scannerAction)
}

/** All take 0-based volumes: `5`, `5,9`, and where a time is meant `5:300`. */
const faultOptions = [
  ['truncate', 'cut short, completed after N:ms (half a TR by default) or N:never'],
  ['preallocate', 'full size, but zeros at first; written after N:ms or N:never'],
  ['drop', 'never sent'],
  ['duplicate', 'sent twice'],
  ['conflict', 'sent twice, with other voxels the second time'],
  ['reorder', 'sent after the next one'],
  ['late', 'sent N:ms later'],
  ['stall', 'preceded by a pause of N:ms'],
  ['wrong-matrix', 'sent with one slice fewer'],
] as const

async function scannerAction(input: string, options: ScannerOptions): Promise<void> {
  const { tr, speed, repeat, seed, json } = options
  const stopping = new AbortController()
  process.once('SIGTERM', () => stopping.abort())
  const nSent = await playScan({
    ...{ input, speed, repeat, seed, signal: stopping.signal },
    to: readTarget(options),
    faults: readFaults(options),
    ...(tr !== undefined && { trSeconds: tr }),
    onAction(action, atMs) {
      const line = json ? JSON.stringify({ ...action, atMs }) : formatAction(action, atMs)
      process.stdout.write(`${line}\n`)
    },
  })
  process.stdout.write(json ? `${JSON.stringify({ sent: nSent })}\n` : `${nSent} volumes sent\n`)
}

function readTarget(options: ScannerOptions): ScannerTarget {
  const { folder, tcp, afni, format, inPlace } = options
  const named = Object.entries({ folder, tcp, afni }).filter(([, value]) => value !== undefined)
  if (named.length !== 1)
    throw new LimbicError('OPTION_INVALID', {
      option: 'the receiver',
      expected: 'one of --folder DIR, --tcp HOST:PORT and --afni HOST',
      found: named.length === 0 ? 'none' : named.map(([name]) => `--${name}`).join(' and '),
    })
  if (folder !== undefined) return { kind: 'folder', dir: folder, format, inPlace }
  if (tcp !== undefined) return { kind: 'tcp', ...parseAddress('--tcp', tcp) }
  const text = afni ?? ''
  const address = /:\d+$/.test(text) ? text : `${text}:${afniControlPort}`
  return { kind: 'afni', ...parseAddress('--afni', address), dataPort: options.afniDataPort }
}

function readFaults(options: ScannerOptions): ScannerFaults {
  const halfTrMs = options.tr === undefined ? undefined : 500 * options.tr
  const indices = (name: FaultName): ReadonlySet<number> =>
    new Set((options[name] ?? []).map((text) => parseFault(name, text, 0).index))
  const times = (name: FaultName, unsaid?: number): ReadonlyMap<number, number> =>
    new Map(
      (options[name] ?? []).map((text) => {
        const { index, ms } = parseFault(name, text, unsaid)
        return [index, ms]
      }),
    )
  return {
    truncate: times('truncate', halfTrMs),
    preallocate: times('preallocate', halfTrMs),
    drop: indices('drop'),
    duplicate: indices('duplicate'),
    conflict: indices('conflict'),
    reorder: indices('reorder'),
    late: times('late'),
    stall: times('stall'),
    wrongMatrix: indices('wrongMatrix'),
    jitterMs: options.jitter,
  }
}

type FaultName =
  | 'truncate'
  | 'preallocate'
  | 'drop'
  | 'duplicate'
  | 'conflict'
  | 'reorder'
  | 'late'
  | 'stall'
  | 'wrongMatrix'

function parseFault(
  name: FaultName,
  text: string,
  unsaidMs: number | undefined,
): { readonly index: number; readonly ms: number } {
  const match = /^(\d+)(?::(\d+(?:\.\d+)?|never))?$/.exec(text)
  const said = match?.[2] === 'never' ? Infinity : match?.[2]
  const ms = said === undefined ? unsaidMs : Number(said)
  if (match !== null && ms !== undefined) return { index: Number(match[1]), ms }
  throw new LimbicError('OPTION_INVALID', {
    option: `--${name === 'wrongMatrix' ? 'wrong-matrix' : name}`,
    expected: 'a volume counted from 0, and where a time is meant its ms, as 5:300',
    found: text,
  })
}

function formatAction({ volume, do: what, form }: ScannerAction, atMs: number): string {
  const how = form === 'whole' ? '' : `  ${form}`
  const seconds = (atMs / 1000).toFixed(3).padStart(9)
  return `${seconds} s  volume ${volume}${what === 'complete' ? '  completed' : how}`
}
