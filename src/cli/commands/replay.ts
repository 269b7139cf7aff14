/** `limbic replay SESSION`: computes every feedback of a recorded session again, and fails if one byte differs. */
import { Command, Option } from 'commander'
import type { Decoded } from '../../core/schemas/feedback.ts'
import { readBundle } from '../../pipeline/bundle/read-bundle.ts'
import { replaySession } from '../../realtime/replay.ts'
import { readSession } from '../../realtime/session/read-session.ts'

interface ReplayCommandOptions {
  readonly bundle?: string
  readonly timing: 'original' | 'fast'
  readonly print: boolean
  readonly json: boolean
}

/**
 * The `replay` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function replayCommand(): Command {
  return new Command('replay')
    .description('compute the feedback of a recorded session again and compare it byte by byte')
    .argument('<session>', 'the session folder that `limbic realtime` wrote')
    .option('--bundle <dir>', 'the bundle it decoded with, if it lies elsewhere by now')
    .addOption(
      new Option('--timing <timing>', 'with the pauses of the session, or without')
        .choices(['original', 'fast'])
        .default('fast'),
    )
    .option('--print', 'one line per volume', false)
    .option('--json', 'lines and result as JSON', false)
    .action(replayAction)
}

async function replayAction(dir: string, options: ReplayCommandOptions): Promise<void> {
  const { started } = await readSession(dir)
  const bundle = await readBundle(options.bundle ?? started.bundle.dir)
  const say = (text: string): boolean => process.stdout.write(`${text}\n`)
  const summary = await replaySession({
    dir,
    bundle,
    timing: options.timing,
    onFeedback: (decoded) => {
      if (options.print) say(options.json ? JSON.stringify(decoded) : formatDecoded(decoded))
    },
  })
  if (options.json) return void say(JSON.stringify(summary))
  const { nCompared, nDecoded, nCrashed } = summary
  say(`${nCompared} messages are the same to the last byte, ${nDecoded} of them decoded again`)
  if (nCrashed > 0) say(`${nCrashed} volumes, on which the decoder had died, were left out`)
}

function formatDecoded({ volume, predicted, smoothed, reason }: Decoded): string {
  const index = String(volume).padStart(6)
  if (smoothed === null) return `${index}  no feedback: ${reason ?? 'unknown'}`
  const classes = Object.entries(smoothed).map(([name, value]) => `${name} ${value.toFixed(4)}`)
  return `${index}  ${predicted ?? ''}  ${classes.join('  ')}`
}
