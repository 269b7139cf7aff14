/** Options and subjects -> the texts that make a folder of images a BIDS dataset: descriptions, sidecars, tables and a README. */
import { join } from 'node:path'
import { writeFileAtomic, writeJsonAtomic } from '../io/artifacts.ts'
import type { BlockEvent } from './design.ts'
import type { SimulateOptions } from './options.ts'

/**
 * One run's events as BIDS has them.
 *
 * @param events - Blocks in order.
 * @returns Tab-separated text with a header; rest has no rows.
 * @throws Never.
 * @example
 * const text = formatEvents([{ onset: 18, duration: 9, trialType: 'neutral' }]) // text = 'onset\tduration\ttrial_type\n18\t9\tneutral\n'
 */
export function formatEvents(events: readonly BlockEvent[]): string {
  const rows = events.map(({ onset, duration, trialType }) => `${onset}\t${duration}\t${trialType}`)
  return ['onset\tduration\ttrial_type', ...rows, ''].join('\n')
}

/**
 * Writes README, participants.tsv, the sidecars that all runs inherit, and last of all dataset_description.json.
 *
 * @param out - The dataset.
 * @param subjects - BIDS labels.
 * @param options - The options of the dataset.
 * @returns When the files are there.
 * @throws The error of the file system.
 */
export async function writeDatasetTexts(
  out: string,
  subjects: readonly string[],
  options: SimulateOptions,
): Promise<void> {
  await writeFileAtomic(join(out, 'README'), formatReadme(options))
  const rows = subjects.map((subject) => `sub-${subject}`)
  await writeFileAtomic(join(out, 'participants.tsv'), ['participant_id', ...rows, ''].join('\n'))
  for (const task of ['calibration', 'emotion'])
    await writeJsonAtomic(join(out, `task-${task}_bold.json`), {
      RepetitionTime: options.trSeconds,
      TaskName: task,
    })
  await writeJsonAtomic(join(out, 'task-calibration_events.json'), {
    trial_type: {
      Description: 'What was shown. The film began before the first volume.',
      Levels: { film: 'A film, the same for every subject' },
    },
  })
  await writeJsonAtomic(join(out, 'task-emotion_events.json'), {
    trial_type: {
      Description: 'Condition of the block. Rest has no rows: it is the time between blocks.',
      Levels: { negative: 'Negative pictures', neutral: 'Neutral pictures' },
    },
  })
  await writeJsonAtomic(join(out, 'dataset_description.json'), {
    Name: `Simulated emotion dataset, ${options.null ? 'without effect, ' : ''}seed ${options.seed}`,
    BIDSVersion: '1.10.0',
    DatasetType: 'raw',
    License: 'CC0',
    GeneratedBy: [{ Name: 'limbic', Description: 'limbic simulate' }],
  })
}

function formatReadme(options: SimulateOptions): string {
  const settings = Object.entries(options).map(([name, value]) => `  ${name}: ${String(value)}`)
  return `Simulated fMRI with known truth, made by limbic simulate. No person was scanned.

task-calibration  A film: every subject's response follows the same course in a latent space.
                  It began before the first volume.
task-emotion      Blocks of negative and neutral pictures between blocks of rest, in an order that
                  differs between subjects and runs. Rest has no rows in the events files.

${options.texture ? textureText : topographyText}
To this come noise that is white, smooth in space and correlated in time, and slow drift.

derivatives/ground-truth
  oracle.json                      accuracy of the best possible decoder, per subject and on average
  desc-brain_mask.nii.gz           the brain
  desc-region_mask.nii.gz          voxels that respond
  task-calibration_latents.npy     the film's course [volumes x dims]
  task-emotion_conditions.npy      latent response to negative and neutral [2 x dims]
  sub-*/*_mixing.npy               topography [responding voxels x dims], voxels x fastest
  sub-*/*_latents.npy              latent course of each run, own activity included [volumes x dims]

Options${options.null ? ' (null: the task evokes nothing)' : ''}
${settings.join('\n')}
`
}

const topographyText = `Subjects share where they respond (derivatives/ground-truth/desc-region_mask.nii.gz) but not how the
voxels in there divide the work: each has a functional topography of its own (*_mixing.npy), so a
decoder does not transfer between subjects until they are aligned, for which the film is there.`

const textureText = `The task changes the texture of the responding voxels (derivatives/ground-truth/desc-region_mask.nii.gz),
not their means: every volume of a block shows a random field of its own, coarse in negative blocks and
fine in neutral ones. No linear decoder can do better than chance; one that sees texture can.`
