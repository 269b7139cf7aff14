/** `maps/` of a run, and the viewer among the installed packages -> what the report shows of the selected voxels. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { ReportMaps } from '../../evaluate/report/index.ts'
import { readNifti } from '../../io/nifti/index.ts'
import type { SelectionSidecar } from './selection-maps.ts'

/**
 * Reads the maps that `writeSelectionMaps` wrote.
 *
 * @param run - The run directory.
 * @returns The maps, or undefined when the run has none.
 * @throws {LimbicError} As `readNifti`.
 */
export async function readReportMaps(run: string): Promise<ReportMaps | undefined> {
  const [mean, selection, sidecar] = ['mean.nii.gz', 'selection.nii.gz', 'selection.json'].map(
    (name) => join(run, 'maps', name),
  ) as [string, string, string]
  if (![mean, selection, sidecar].every((file) => existsSync(file))) return undefined
  const { nFolds } = JSON.parse(await readFile(sidecar, 'utf8')) as SelectionSidecar
  const { header, data: background } = await readNifti(mean)
  const viewer = await readViewer()
  return {
    ...{ grid: header.grid, background, nFolds },
    selection: (await readNifti(selection)).data,
    files: { background: await readFile(mean), selection: await readFile(selection) },
    ...(viewer === undefined ? {} : { viewer }),
  }
}

/** The one file of the viewer that is a script by itself; the package does not name it among its entry points. */
async function readViewer(): Promise<string | undefined> {
  const folders = createRequire(import.meta.url).resolve.paths('@niivue/niivue') ?? []
  const file = folders
    .map((dir) => join(dir, '@niivue', 'niivue', 'dist', 'niivue.umd.js'))
    .find((path) => existsSync(path))
  return file === undefined ? undefined : readFile(file, 'utf8')
}
