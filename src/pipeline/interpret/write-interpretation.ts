/** What a decoder looks at -> NIfTI files on each subject's own grid, one per class and kind of map, and a description beside them. */
import { join } from 'node:path'
import { writeJsonAtomic } from '../../io/artifacts.ts'
import { writeNifti } from '../../io/nifti/index.ts'
import { groupSaliency, toVolume, type Interpretation } from './interpretation.ts'
import type { TruthScore } from './score-truth.ts'

const kinds = {
  saliency:
    'Integrated gradients: what each voxel adds to the score of the class, from the mean volume to the volumes of the class, averaged over them.',
  weight:
    'Change of the class score, less the mean of all classes, with one unit of the scaled voxel, averaged over volumes of the class.',
  pattern:
    'Covariance of the voxel with the class score per unit of the score (Haufe et al. 2014): the activation that the score follows.',
}

/**
 * Writes `sub-<label>_class-<name>_desc-<kind>_map.nii.gz` for every subject, class and kind, `group_desc-saliency_map.nii.gz` where all
 * subjects lie on one grid, and `interpretation.json`.
 *
 * @param out - Folder; made when needed.
 * @param interpretation - The maps.
 * @param truth - Scores against the truth, where there is one.
 * @returns Names of the images.
 * @throws {LimbicError} As `writeNifti`.
 */
export async function writeInterpretation(
  out: string,
  interpretation: Interpretation,
  truth?: TruthScore,
): Promise<readonly string[]> {
  const { model, classes, heldOut, subjects } = interpretation
  const names: string[] = []
  const write = async (name: string, values: Float64Array, at: number, what: string) => {
    const { shape, affine } = subjects[at]!.grid
    const data = Float32Array.from(values)
    const descrip = `${model} ${what}`.replace(/[^ -~]/g, '?').slice(0, 79)
    await writeNifti(join(out, name), { data, shape, affine, descrip })
    names.push(name)
  }
  for (const [at, one] of subjects.entries())
    for (const [c, label] of classes.entries())
      for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
        const name = `sub-${one.subject}_class-${fileLabel(label, c)}_desc-${kind}_map.nii.gz`
        await write(
          name,
          toVolume(one, (maps) => maps[kind][c]!),
          at,
          `${kind} ${label}`,
        )
      }
  const group = groupSaliency(interpretation)
  if (group !== undefined) await write('group_desc-saliency_map.nii.gz', group, 0, 'saliency')
  await writeJsonAtomic(join(out, 'interpretation.json'), {
    ...{ model, classes, heldOut, kinds },
    ...(group === undefined
      ? {}
      : { group: 'Absolute saliency, summed over classes, mean over subjects.' }),
    subjects: subjects.map(({ subject, maps }) => ({
      subject,
      nSamples: maps.map(({ nSamples }) => nSamples),
    })),
    ...(truth === undefined ? {} : { truth }),
  })
  return names
}

/** BIDS labels are letters and digits. */
function fileLabel(name: string, index: number): string {
  const label = name.replace(/[^a-zA-Z0-9]/g, '')
  return label === '' ? String(index) : label
}
