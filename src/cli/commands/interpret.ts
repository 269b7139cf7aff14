/** `limbic interpret RUN|BUNDLE`: what a decoder looks at, as NIfTI maps in each subject's own space. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { LimbicError } from '../../core/errors/index.ts'
import { layOut } from '../../evaluate/report/index.ts'
import { interpretBundle } from '../../pipeline/interpret/interpret-bundle.ts'
import { interpretRun } from '../../pipeline/interpret/interpret-run.ts'
import { scoreAgainstTruth, type TruthScore } from '../../pipeline/interpret/score-truth.ts'
import { writeInterpretation } from '../../pipeline/interpret/write-interpretation.ts'
import { logFormatOption } from '../options.ts'
import { createReporter } from '../progress.ts'

interface InterpretOptions {
  out?: string
  bids?: string
  model?: string
  subjects?: string[]
  truth?: string
  json: boolean
  logFormat: 'text' | 'json'
}

/**
 * The `interpret` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function interpretCommand(): Command {
  return new Command('interpret')
    .description(
      'map what a decoder looks at: saliency, weights and patterns per class, in each subject’s own space',
    )
    .argument('<run|bundle>', 'the --out folder of a run, or a bundle')
    .option('--out <dir>', 'where to write the maps; maps/<model> in the folder by default')
    .option('--bids <dir>', 'for a bundle: the dataset whose labelled volumes explain it')
    .option('--model <name>', 'for a run: one of its classifiers, by default its own model')
    .option('--subjects <labels...>', 'only these subjects')
    .option(
      '--truth <dir>',
      'derivatives/ground-truth of a simulated dataset: print how well saliency finds the true region',
    )
    .option('--json', 'print the scores against the truth as JSON', false)
    .addOption(logFormatOption())
    .action(interpretAction)
}

async function interpretAction(dir: string, options: InterpretOptions): Promise<void> {
  const emit = createReporter(options.logFormat)
  const chosen = {
    ...(options.model === undefined ? {} : { model: options.model }),
    ...(options.subjects === undefined ? {} : { subjects: options.subjects }),
  }
  const isRun = existsSync(join(dir, 'plan.state'))
  const interpretation = isRun
    ? await interpretRun(dir, chosen, emit)
    : await interpretBundle(dir, datasetOf(options), chosen, emit)
  const truth =
    options.truth === undefined ? undefined : await scoreAgainstTruth(interpretation, options.truth)
  const { model } = interpretation
  const out = options.out ?? join(dir, 'maps', model)
  const maps = await writeInterpretation(out, interpretation, truth)
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ out, model, maps, ...(truth === undefined ? {} : { truth }) }, null, 2)}\n`
      : `${formatTruth(truth)}${maps.length} maps of ${model} in ${out}\n`,
  )
}

function formatTruth(truth: TruthScore | undefined): string {
  if (truth === undefined) return ''
  const rows = truth.subjects.map(({ subject, auc, aucAmongGiven }) => [
    `sub-${subject}`,
    auc.toFixed(3),
    aucAmongGiven?.toFixed(3) ?? '-',
  ])
  const lines = layOut([
    ['AUC of |saliency| against the true region', 'whole brain', 'voxels of the decoder'],
    ...rows,
    ['mean', truth.mean.toFixed(3), ''],
    ...(truth.group === null ? [] : [['mean map of all subjects', truth.group.toFixed(3), '']]),
  ])
  return `${lines.join('\n')}\n\n`
}

function datasetOf({ bids }: InterpretOptions): string {
  if (bids !== undefined) return bids
  throw new LimbicError('OPTION_INVALID', {
    option: '--bids',
    expected: 'the dataset whose labelled volumes explain the bundle',
    found: 'nothing',
  })
}
