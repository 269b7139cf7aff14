/** `limbic predict BUNDLE IMAGE...`: one row of class probabilities per volume. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Command } from 'commander'
import { LimbicError } from '../../core/errors/index.ts'
import { silent } from '../../core/events.ts'
import { formatRunKey, type RunKey } from '../../core/types.ts'
import { parseBidsName, runIdOf } from '../../io/bids/index.ts'
import { assertNoLeak } from '../../evaluate/leak-guard.ts'
import type { Calibration } from '../../evaluate/protocol/calibration.ts'
import { predictImage, type VolumePrediction } from '../../pipeline/bundle/predict-image.ts'
import {
  calibrateNewSubject,
  readBundle,
  readCalibration,
  type Bundle,
} from '../../pipeline/bundle/read-bundle.ts'

interface PredictOptions {
  subject?: string
  calibration?: string
  json: boolean
}

/**
 * The `predict` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function predictCommand(): Command {
  return new Command('predict')
    .description('decode every volume of the images with a frozen decoder')
    .argument('<bundle>', 'the bundle folder that `limbic train` wrote')
    .argument(
      '<image...>',
      'NIfTI runs as measured (or desc-preproc); volumes are decoded in order, from themselves and earlier ones',
    )
    .option('--subject <label>', 'whose brain it is; by default the sub- entity of the file name')
    .option(
      '--calibration <bids>',
      'BIDS dataset with calibration runs, for a subject that is new to the bundle',
    )
    .option('--json', 'one JSON object a line instead of a table', false)
    .action(predictAction)
}

async function predictAction(
  dir: string,
  images: readonly string[],
  options: PredictOptions,
): Promise<void> {
  const bundle = await readBundle(dir)
  if (!options.json)
    process.stdout.write(`image\tvolume\tclass\t${bundle.manifest.classes.join('\t')}\n`)
  const calibrations = new Map<string, Calibration>()
  for (const image of images) {
    const subject = options.subject ?? subjectOf(image)
    const calibration =
      calibrations.get(subject) ?? (await calibrate(bundle, subject, options, images))
    calibrations.set(subject, calibration)
    const { fineTuned } = calibration
    if (fineTuned !== undefined)
      assertNoLeak([{ state: fineTuned, scope: 'subject' }], subject, runKeysOf([image]))
    for await (const row of predictImage(bundle, calibration, image))
      process.stdout.write(
        options.json ? `${formatJson(image, bundle, row)}\n` : `${formatRow(image, bundle, row)}\n`,
      )
  }
}

async function calibrate(
  bundle: Bundle,
  subject: string,
  { calibration }: PredictOptions,
  images: readonly string[],
): Promise<Calibration> {
  if (calibration === undefined) return readCalibration(bundle, subject)
  const cacheDir = await mkdtemp(join(tmpdir(), 'limbic-calibration-'))
  try {
    return await calibrateNewSubject(
      bundle,
      calibration,
      subject,
      cacheDir,
      silent,
      runKeysOf(images),
    )
  } finally {
    await rm(cacheDir, { recursive: true, force: true })
  }
}

/** The runs that the images hold, as far as their names say: none of them may calibrate. */
function runKeysOf(images: readonly string[]): readonly RunKey[] {
  return images.flatMap((image) => {
    const name = parseBidsName(basename(image))
    const id = name === undefined ? undefined : runIdOf(name)
    return id === undefined ? [] : [formatRunKey(id)]
  })
}

function subjectOf(image: string): string {
  const label = /(?:^|_)sub-([a-zA-Z0-9]+)/.exec(basename(image))?.[1]
  if (label !== undefined) return label
  throw new LimbicError('OPTION_INVALID', {
    option: '--subject',
    expected: 'the label of the subject, since the file name does not begin with sub-LABEL',
    found: basename(image),
  })
}

function formatRow(image: string, { manifest }: Bundle, row: VolumePrediction): string {
  const probabilities = Array.from(row.probabilities, (p) => p.toFixed(4))
  return [basename(image), row.volume, manifest.classes[row.best], ...probabilities].join('\t')
}

function formatJson(image: string, { manifest }: Bundle, row: VolumePrediction): string {
  return JSON.stringify({
    image: basename(image),
    volume: row.volume,
    class: manifest.classes[row.best],
    probabilities: Object.fromEntries(
      manifest.classes.map((name, c) => [name, row.probabilities[c]]),
    ),
    latencyMs: Number(row.latencyMs.toFixed(3)),
  })
}
