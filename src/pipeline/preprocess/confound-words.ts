/** The columns of a confound table -> the JSON sidecar that says what each is. */
import type { PreprocessOptions } from './options.ts'
import type { RunConfounds } from './run-confounds.ts'

/**
 * Describes the columns of a table.
 *
 * @param confounds - The table and the outliers.
 * @param settings - What they were computed with.
 * @returns Column name -> description, units and method, as BIDS asks.
 * @throws Never.
 */
export function describeConfounds(
  { table }: RunConfounds,
  settings: PreprocessOptions,
): Record<string, Record<string, string>> {
  return Object.fromEntries(table.names.map((name) => [name, describeColumn(name, settings)]))
}

function describeColumn(name: string, settings: PreprocessOptions): Record<string, string> {
  const { maxDvars, maxFramewiseDisplacementMm, highPassHz } = settings
  const known = [
    [/^global_signal$/, 'Mean over brain voxels.'],
    [/^dvars$/, 'Root mean square change since the volume before, thousandths of the median mean.'],
    [/^std_dvars$/, 'DVARS as a multiple of what the voxels’ own noise would give.'],
    [
      /^framewise_displacement$/,
      'Sum of the absolute changes of the six motion parameters, rotations on a sphere of 50 mm.',
      'mm',
    ],
    [/_derivative1_power2$/, 'Square of the change since the volume before.'],
    [/_derivative1$/, 'Change since the volume before.'],
    [/_power2$/, 'Square of the motion parameter.'],
    [/^trans_/, 'Translation of the head from the reference volume.', 'mm'],
    [/^rot_/, 'Rotation of the head from the reference volume.', 'rad'],
    [
      /^t_comp_cor_/,
      'Principal component of the 2 % most variable brain voxels, after mean and cosines were removed.',
    ],
    [/^cosine/, `Discrete cosine slower than ${Number((1 / highPassHz).toPrecision(4))} s.`],
    [
      /^motion_outlier/,
      `1 at a volume with framewise displacement over ${maxFramewiseDisplacementMm} mm or standardised DVARS over ${maxDvars}, or without an image.`,
    ],
  ] as const
  const [, description = '', units] = known.find(([pattern]) => pattern.test(name)) ?? []
  return { Description: description, ...(units === undefined ? {} : { Units: units }) }
}
