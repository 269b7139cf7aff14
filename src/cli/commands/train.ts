/** `limbic train PIPELINE`: fits the pipeline's model on all subjects and freezes it into a bundle. */
import { join } from 'node:path'
import { Command } from 'commander'
import { trainBundle } from '../../pipeline/bundle/train-bundle.ts'
import { loadPipeline } from '../../pipeline/load.ts'
import { logFormatOption, setOption } from '../options.ts'
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
    .addOption(logFormatOption())
    .action(
      async (
        name: string,
        options: { bids: string; out: string; set: string[]; logFormat: 'text' | 'json' },
      ) => {
        const pipeline = await loadPipeline(name, options.set)
        const emit = createReporter(options.logFormat, options.out)
        const manifest = await trainBundle({ pipeline, bids: options.bids, out: options.out, emit })
        process.stdout.write(
          `trained ${manifest.model} on ${manifest.trainingSubjects.length} subjects: ${manifest.classes.join(', ')}\nbundle: ${join(options.out, 'bundle')}\n`,
        )
      },
    )
}
