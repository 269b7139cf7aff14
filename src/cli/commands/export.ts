/** `limbic export BUNDLE --onnx FILE`: the network of a frozen decoder, for other tools. */
import { Command } from 'commander'
import { writeFileAtomic } from '../../io/artifacts.ts'
import { exportNetwork } from '../../pipeline/bundle/export-network.ts'
import { readBundle, readCalibration } from '../../pipeline/bundle/read-bundle.ts'
import { openOnce } from '../../pipeline/fold-task.ts'

/**
 * The `export` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function exportCommand(): Command {
  return new Command('export')
    .description('write the network of a frozen decoder as ONNX')
    .argument('<bundle>', 'the bundle folder that `limbic train` wrote')
    .requiredOption('--onnx <file>', 'where to write it')
    .option('--subject <label>', 'with the last layers of a subject that was fine-tuned')
    .action(exportAction)
}

async function exportAction(
  dir: string,
  { onnx, subject }: { readonly onnx: string; readonly subject?: string },
): Promise<void> {
  const bundle = await readBundle(dir)
  const calibration = subject === undefined ? undefined : await readCalibration(bundle, subject)
  const { bytes, inputShape, input } = await exportNetwork(bundle, openOnce('cpu'), calibration)
  await writeFileAtomic(onnx, bytes)
  const { classes, model } = bundle.manifest
  process.stdout.write(
    [
      `${model} in ${onnx}, ${(bytes.length / 2 ** 20).toFixed(1)} MiB`,
      `features [batch x ${inputShape.join(' x ')}]: ${input}`,
      `scores [batch x ${classes.length}]: ${classes.join(', ')}`,
      `probabilities: softmax(scores / ${bundle.temperature})`,
      '',
    ].join('\n'),
  )
}
