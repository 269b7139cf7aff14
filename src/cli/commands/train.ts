/** `limbic train PIPELINE`: fits the pipeline's model on all subjects and freezes it into a bundle. */
import { join } from 'node:path'
import { Command } from 'commander'
import { trainBundle } from '../../pipeline/bundle/train-bundle.ts'
import { loadPipeline } from '../../pipeline/load.ts'
import {
  engineOption,
  logFormatOption,
  maxMinutesOption,
  readTrainingOptions,
  setOption,
  type TrainingOptions,
} from '../options.ts'
import { createReporter } from '../progress.ts'

/**
 * The `train` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function trainCommand(): Command {
  return new Command('train')
    .description('train the final decoder on all subjects and write it to OUT/bundle')
    .argument('<pipeline>', 'a YAML file, or the name of a pipeline that ships with limbic')
    .requiredOption('--bids <dir>', 'the BIDS dataset')
    .requiredOption('--out <dir>', 'run directory; stages of an earlier run in it are reused')
    .addOption(setOption())
    .addOption(engineOption())
    .addOption(maxMinutesOption())
    .addOption(logFormatOption())
    .action(
      async (
        name: string,
        options: TrainingOptions & {
          bids: string
          out: string
          set: string[]
          logFormat: 'text' | 'json'
        },
      ) => {
        const { settings, pause } = readTrainingOptions(options)
        const pipeline = await loadPipeline(name, [...options.set, ...settings])
        const emit = createReporter(options.logFormat, options.out)
        const { bids, out } = options
        const manifest = await trainBundle({ pipeline, bids, out, emit, ...pause })
        process.stdout.write(
          `trained ${manifest.model} on ${manifest.trainingSubjects.length} subjects: ${manifest.classes.join(', ')}\nbundle: ${join(options.out, 'bundle')}\n`,
        )
      },
    )
}
