/** Small BIDS datasets written for tests. */
import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { writeNifti } from '../../../src/io/nifti/index.ts'

export const affine = [3, 0, 0, -10, 0, 3, 0, -20, 0, 0, 3, -30, 0, 0, 0, 1]

/** A new dataset folder with these text files in it. */
export function makeDataset(texts: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'limbic-bids-'))
  for (const [name, text] of Object.entries(texts)) putText(join(root, name), text)
  return root
}

export function putText(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** Writes a BOLD image of 2 x 3 x 4 voxels. */
export async function putBold(
  file: string,
  options: { nVolumes?: number; trSeconds?: number; affine?: number[]; shape?: number[] } = {},
): Promise<void> {
  const shape = options.shape ?? [2, 3, 4, options.nVolumes ?? 10]
  const data = Int16Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i * 7)
  const trSeconds = options.trSeconds ?? 2
  await writeNifti(file, { data, shape, affine: options.affine ?? affine, trSeconds })
}

export const events = 'onset\tduration\ttrial_type\n0\t4\tnegative\n8\t4\tneutral\n'

/** Two subjects with two runs each, nothing wrong. */
export async function makeSoundDataset(): Promise<string> {
  const root = makeDataset({
    'dataset_description.json': '{"Name": "Sound", "BIDSVersion": "1.9.0"}',
    'participants.tsv': 'participant_id\tage\nsub-01\t20\nsub-02\t30\n',
    'task-emo_bold.json': '{"RepetitionTime": 2, "TaskName": "emo"}',
    'task-emo_events.tsv': events,
  })
  for (const sub of ['01', '02'])
    for (const run of ['1', '2'])
      await putBold(join(root, `sub-${sub}/func/sub-${sub}_task-emo_run-${run}_bold.nii.gz`))
  return root
}
