/** Error catalogue, preprocessing: volumes, slice timing, realignment, cleaning and masks. */
import type { ErrorText } from './error-text.ts'

export const preprocessErrors = {
  CLEAN_TOO_FEW_VOLUMES: (d: { nVolumes: number; nTerms: number }): ErrorText => ({
    problem: 'Drift, high-pass and confounds together explain the whole run, so nothing is left.',
    expected: `more than ${d.nTerms} volumes for ${d.nTerms} terms`,
    found: `${d.nVolumes} volumes`,
    remedy: 'Use fewer confounds, a lower drift order or a lower high-pass frequency.',
  }),
  VOLUME_BLANK: (d: { what: string; found: string }): ErrorText => ({
    problem: `There is no image in ${d.what}.`,
    expected: 'values that differ between voxels',
    found: d.found,
    remedy:
      'Look at the volume in a viewer; leave it out if the scanner wrote it before or after the acquisition.',
  }),
  VOXELS_NOT_FINITE: (d: { what: string; nBad: number; nVoxels: number }): ErrorText => ({
    problem: `Some voxels of ${d.what} hold no number; they count as 0.`,
    expected: 'finite values',
    found: `NaN or infinity in ${d.nBad} of ${d.nVoxels} voxels`,
    remedy:
      'Check the conversion; images whose background was set to NaN by an earlier step should be taken from before that step.',
  }),
  VOLUMES_BLANK: (d: {
    bold: string
    volumes: readonly number[]
    nVolumes: number
  }): ErrorText => ({
    where: d.bold,
    problem:
      'Some volumes hold no image; the volume before stands in for each, and they are flagged as outliers.',
    expected: 'values that differ between voxels, in every volume',
    found: `one value throughout, or no number, in ${d.volumes.length} of ${d.nVolumes} volumes (0-based): ${d.volumes.slice(0, 12).join(', ')}${d.volumes.length > 12 ? ', ...' : ''}`,
    remedy:
      'Look at these volumes; convert the run again if they were lost on the way, and end the run before them if the scan was stopped.',
  }),
  VOLUMES_NOT_FINITE: (d: {
    bold: string
    volumes: readonly number[]
    worst: number
  }): ErrorText => ({
    where: d.bold,
    problem:
      'Some voxels hold no number; their value in the volume before stands in for it, or 0 where there is none.',
    expected: 'finite values',
    found: `NaN or infinity in ${d.volumes.length === 1 ? 'one volume' : `${d.volumes.length} volumes`} (0-based: ${d.volumes.slice(0, 12).join(', ')}${d.volumes.length > 12 ? ', ...' : ''}), in up to ${d.worst} voxels`,
    remedy:
      'Check the conversion; images whose background was set to NaN by an earlier step should be taken from before that step.',
  }),
  REALIGN_LEFT_OUT: (d: { bold: string; why: readonly number[] }): ErrorText => ({
    where: d.bold,
    problem: 'Head motion is neither measured nor undone: the volumes are too thin or too coarse.',
    expected: 'whole volumes, at least 4 voxels along every axis, with edges to tell motion by',
    found: d.why.join(' x '),
    remedy: 'Nothing, for single slices and thin slabs; motion confounds will be missing.',
  }),
  BOLD_IS_MOSAIC: (d: { bold: string; columns: number; rows: number }): ErrorText => ({
    where: d.bold,
    problem:
      'The volumes look like mosaics that were not split: the slices lie side by side in one.',
    expected: 'volumes of several slices',
    found: `${d.columns} x ${d.rows} x 1 voxels`,
    remedy:
      'Convert the run from DICOM again, with `limbic convert` or dcm2niix, which split mosaics.',
  }),
  PREPROCESS_FAILED: (d: { run: string; code: string; message: string }): ErrorText => ({
    where: d.run,
    problem: `The run was not preprocessed. ${d.code}: ${d.message}`,
    remedy: 'Mend the cause and start again; runs that are done are kept.',
  }),
  REALIGN_GRID_TOO_SMALL: (d: { shape: readonly number[]; minimum: number }): ErrorText => ({
    problem: 'The volumes are too thin to tell how a head has turned.',
    expected: `at least ${d.minimum} voxels along every axis`,
    found: d.shape.join(' x '),
    remedy: 'Leave realignment out for single slices and thin slabs.',
  }),
  REALIGN_NOT_CONVERGED: (d: { what: string; overlap: number; misfit: number }): ErrorText => ({
    problem: `No certain motion was found for ${d.what}.`,
    expected: 'steps that become small, with most of the reference inside the volume',
    found: `a misfit of ${(100 * d.misfit).toFixed(1)} % with ${(100 * d.overlap).toFixed(0)} % of the reference inside`,
    remedy:
      'Look at the volume: a very large motion or an artefact. Leave it out of training, or choose another reference volume.',
  }),
  SLICE_TIMING_MISSING: (d: { where: string }): ErrorText => ({
    where: d.where,
    problem: 'Slice timing cannot be corrected: nobody says when the slices were measured.',
    expected: 'SliceTiming in the JSON sidecar, one time in seconds per slice',
    found: 'none',
    remedy:
      'Convert from DICOM, with `limbic convert` or dcm2niix; where the scanner does not record them (Philips), add them from the protocol, or leave slice timing out.',
  }),
  SLICE_TIMING_INVALID: (d: { where: string; expected: string; found: string }): ErrorText => ({
    where: d.where,
    problem: 'The slice times cannot be used.',
    expected: d.expected,
    found: d.found,
    remedy:
      'Check SliceTiming and RepetitionTime of the sidecar: both are in seconds (not milliseconds), with one time per slice.',
  }),
  MASK_OUTSIDE_GRID: (d: {
    nInside: number
    source: readonly number[]
    target: readonly number[]
  }): ErrorText => ({
    problem: 'Nothing of the mask falls into the volumes that it is to be used on.',
    expected: `a mask that overlaps the ${d.target.join(' x ')} voxels of the volumes`,
    found: `${d.nInside} voxels of a ${d.source.join(' x ')} grid, all of them elsewhere in space`,
    remedy:
      'Check the affines of both images in a viewer: mask and volumes must be in the same space.',
  }),
  OUTLIER_VOLUMES: (d: {
    run: string
    volumes: readonly number[]
    nVolumes: number
    fdMm: number
    dvars: number
  }): ErrorText => ({
    where: d.run,
    problem: 'Some volumes differ abruptly from those before them; they are flagged, not left out.',
    expected: `framewise displacement up to ${d.fdMm} mm and standardised DVARS up to ${d.dvars}`,
    found: `more in ${d.volumes.length} of ${d.nVolumes} volumes (0-based): ${d.volumes.slice(0, 12).join(', ')}${d.volumes.length > 12 ? ', ...' : ''}`,
    remedy:
      'Look at these volumes; add their spike regressors to the confounds, or leave out a run in which they are many.',
  }),
  EPI_MASK_EMPTY: (d: { found: string }): ErrorText => ({
    problem: 'No brain was found in the mean functional volume.',
    expected: 'a mean of volumes that are neither detrended nor masked, brighter inside the brain',
    found: d.found,
    remedy:
      'Look at the volume; raise lowerCutoff, set excludeZeros when it has wide empty borders, or give a mask file.',
  }),
} as const
