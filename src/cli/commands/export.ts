/** `limbic export BUNDLE --onnx FILE`: the network of a frozen decoder, for other tools. */
import { Command } from 'commander'
import { writeFileAtomic } from '../../io/artifacts.ts'
import { exportNetwork } from '../../pipeline/bundle/export-network.ts'
import { readBundle } from '../../pipeline/bundle/read-bundle.ts'
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
    .action(exportAction)
}

async function exportAction(dir: string, { onnx }: { readonly onnx: string }): Promise<void> {
  const bundle = await readBundle(dir)
  const { bytes, inputShape, input } = await exportNetwork(bundle, openOnce('cpu'))
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
