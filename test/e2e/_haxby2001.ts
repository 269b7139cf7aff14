/** Haxby et al. (2001), subject 1, from its OpenFMRI layout to a BIDS dataset in a temporary folder: links to the images, copies of the events. */
import { copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
