/** Haxby et al. (2001), subject 1, from its OpenFMRI layout to a BIDS dataset in a temporary folder: links to the images, copies of the events. */
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { readNifti, writeNifti } from '../../src/io/nifti/index.ts'
import { sharedPath } from '../_shared.ts'

/** Writes the dataset with the given image of every run (`bold_1slice` or `bold_25mm`). */
export function writeHaxby2001(bids: string, image: string): void {
  const source = sharedPath('data', 'haxby2001-sub001-pymvpa', 'haxby2001', 'sub001', 'BOLD')
  const func = join(bids, 'sub-001', 'func')
  mkdirSync(func, { recursive: true })
  const description = { Name: 'Haxby 2001, subject 1', BIDSVersion: '1.9.0', DatasetType: 'raw' }
  writeFileSync(join(bids, 'dataset_description.json'), JSON.stringify(description))
  const sidecar = { RepetitionTime: 2.5, TaskName: 'objects' }
  writeFileSync(join(bids, 'task-objects_bold.json'), JSON.stringify(sidecar))
  for (const folder of readdirSync(source).sort()) {
    const run = Number(/run(\d+)$/.exec(folder)![1])
    const name = join(func, `sub-001_task-objects_run-${String(run).padStart(2, '0')}`)
    symlinkSync(join(source, folder, `${image}.nii.gz`), `${name}_bold.nii.gz`)
    copyFileSync(join(source, folder, 'bold_events.tsv'), `${name}_events.tsv`)
  }
}

/** Writes the twelve chunks of the tutorial's slice (40 x 20 x 1 voxels) as runs of 121 volumes, with events out of its attributes. */
export async function writeHaxbySlice(bids: string): Promise<void> {
  const source = sharedPath('data', 'haxby2001-slice1452-pymvpa')
  const func = join(bids, 'sub-001', 'func')
  mkdirSync(func, { recursive: true })
  const description = { Name: 'Haxby 2001, one slice', BIDSVersion: '1.9.0', DatasetType: 'raw' }
  writeFileSync(join(bids, 'dataset_description.json'), JSON.stringify(description))
  const sidecar = { RepetitionTime: 2.5, TaskName: 'objects' }
  writeFileSync(join(bids, 'task-objects_bold.json'), JSON.stringify(sidecar))
  const { data, header } = await readNifti(join(source, 'bold.nii.gz'))
  const rows = readFileSync(join(source, 'attributes_literal.txt'), 'utf8').trimEnd().split('\n')
  const attributes = rows.map((row) => row.trim().split(/\s+/) as [string, string])
  const nVoxels = data.length / attributes.length
  for (let chunk = 0; chunk < 12; chunk++) {
    const first = attributes.findIndex(([, number]) => Number(number) === chunk)
    const labels = attributes.flatMap(([name, n]) => (Number(n) === chunk ? [name] : []))
    const stem = join(func, `sub-001_task-objects_run-${String(chunk + 1).padStart(2, '0')}`)
    await writeNifti(`${stem}_bold.nii.gz`, {
      data: data.slice(first * nVoxels, (first + labels.length) * nVoxels),
      shape: [...header.grid.shape, labels.length],
      affine: [...header.grid.affine],
      trSeconds: 2.5,
    })
    writeFileSync(`${stem}_events.tsv`, formatEvents(labels))
  }
}

/** Stretches of one label as events. */
function formatEvents(labels: readonly string[]): string {
  const lines = ['onset\tduration\ttrial_type']
  for (let t = 0; t < labels.length;) {
    let end = t + 1
    while (labels[end] === labels[t]) end += 1
    if (labels[t] !== 'rest') lines.push(`${t * 2.5}\t${(end - t) * 2.5}\t${labels[t]}`)
    t = end
  }
  return `${lines.join('\n')}\n`
}
