/** Error catalogue, files: NIfTI, BIDS, TSV, npy, artefacts. */
import type { ErrorText } from './error-text.ts'

export const ioErrors = {
  FILE_NOT_FOUND: (d: { file: string }): ErrorText => ({
    where: d.file,
    problem: 'The file does not exist.',
    remedy: 'Check the path; relative paths start at the current directory.',
  }),
  NPY_INVALID: (d: { file: string; expected: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The file is not a .npy array that limbic can read.',
    expected: d.expected,
    found: d.found,
    remedy:
      'Write it again with numpy.save; if it is part of a stage cache, delete it and run again.',
  }),
  NIFTI_EMPTY: (d: { file: string }): ErrorText => ({
    where: d.file,
    problem: 'The image file is empty.',
    expected: 'a NIfTI header and voxels',
    found: '0 bytes',
    remedy:
      'Fetch the file again; in a DataLad or git-annex dataset run `datalad get` on it first.',
  }),
  NIFTI_INVALID_HEADER: (d: {
    file: string
    field: string
    expected: string
    found: string
  }): ErrorText => ({
    where: d.file,
    problem: `The NIfTI header cannot be used: ${d.field} is wrong.`,
    expected: d.expected,
    found: d.found,
    remedy:
      'Check that this is a NIfTI-1 or NIfTI-2 file, and convert it again from DICOM (dcm2niix) if it is.',
  }),
  NIFTI_TRUNCATED: (d: {
    file: string
    expectedBytes: number
    foundBytes: number
    compressed?: boolean
  }): ErrorText => ({
    where: d.file,
    problem: 'The image file holds fewer voxels than its header promises.',
    expected: `${d.expectedBytes} bytes${d.compressed === true ? ' after decompression' : ''}`,
    found: `${d.foundBytes} bytes`,
    remedy: 'The copy or download was cut short: fetch or convert the file again.',
  }),
  NIFTI_TOO_LARGE: (d: { file: string; expected: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The image needs more memory than allowed.',
    expected: d.expected,
    found: d.found,
    remedy:
      'Check the header; if the size is right, read the file volume by volume or raise `maxBytes`.',
  }),
  NIFTI_UNSUPPORTED: (d: { file: string; expected: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The voxels are of a type that cannot be read this way.',
    expected: d.expected,
    found: d.found,
    remedy: 'Convert the image to float32 or int16, one number per voxel.',
  }),
  GZIP_CORRUPT: (d: { file: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The compressed file is damaged.',
    expected: 'a complete gzip stream whose checksum agrees',
    found: d.found,
    remedy: 'Fetch the file again; `gzip -t` must accept it.',
  }),
  TSV_INVALID: (d: { file: string; line: number; expected: string; found: string }): ErrorText => ({
    where: `${d.file}, line ${d.line}`,
    problem: 'The table is not valid.',
    expected: d.expected,
    found: d.found,
    remedy: 'Correct that line; columns are separated by tabs, and a missing value is n/a.',
  }),
  TSV_COLUMN_MISSING: (d: {
    file: string
    column: string
    found: readonly string[]
  }): ErrorText => ({
    where: d.file,
    problem: `The table has no column "${d.column}".`,
    expected: `a column "${d.column}"`,
    found: d.found.length === 0 ? 'no columns' : `the columns ${d.found.join(', ')}`,
    remedy: 'Add the column, or name one that the table has.',
  }),
  JSON_INVALID: (d: { file: string; expected: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The JSON file cannot be used.',
    expected: d.expected,
    found: d.found,
    remedy: 'Correct the file; a JSON linter shows the place.',
  }),
  STATE_FILE_INVALID: (d: { expected: string; found: string }): ErrorText => ({
    problem: 'The state file is damaged or is not a limbic state.',
    expected: d.expected,
    found: d.found,
    remedy: 'Delete it and run again; if it belongs to a bundle, export the bundle again.',
  }),
  BIDS_NO_SUBJECTS: (d: { root: string; expected: string; found: string }): ErrorText => ({
    where: d.root,
    problem: 'The dataset has no subjects to read.',
    expected: d.expected,
    found: d.found,
    remedy: 'Check the path: it must be the folder that holds dataset_description.json.',
  }),
  BIDS_NO_RUNS: (d: { root: string; expected: string; found: string }): ErrorText => ({
    where: d.root,
    problem: 'No BOLD run of the dataset can be used.',
    expected: d.expected,
    found: d.found,
    remedy: 'Check the task, subject and space asked for, and the other findings.',
  }),
  BIDS_SUBJECT_UNKNOWN: (d: {
    root: string
    subject: string
    found: readonly string[]
  }): ErrorText => ({
    where: d.root,
    problem: `The dataset has no subject "${d.subject}".`,
    expected: `a folder sub-${d.subject}`,
    found: d.found.length === 0 ? 'no subjects' : `the subjects ${d.found.join(', ')}`,
    remedy: 'Correct the list of subjects; labels are written without the prefix sub-.',
  }),
  BIDS_DESCRIPTION_MISSING: (d: { root: string }): ErrorText => ({
    where: d.root,
    problem: 'The dataset has no dataset_description.json.',
    expected: 'dataset_description.json with Name and BIDSVersion',
    found: 'no such file',
    remedy: 'Add the file; without it the folder is not a BIDS dataset for other tools.',
  }),
  BIDS_NAME_INVALID: (d: { file: string; expected: string }): ErrorText => ({
    where: d.file,
    problem: 'The file name does not follow BIDS, so the file is left out.',
    expected: d.expected,
    found: 'another name',
    remedy: 'Rename the file as BIDS asks: sub-<label>[_ses-<label>]_task-<label>[_run-<n>]_bold.',
  }),
  RUN_AMBIGUOUS: (d: { run: string; files: readonly string[] }): ErrorText => ({
    where: d.run,
    problem: 'Several BOLD files claim to be this run, so none is used.',
    expected: 'one BOLD file per subject, session, task and run',
    found: d.files.join(', '),
    remedy:
      'Choose one variant by its entities (space, acq, echo, dir, rec, res), or move the others away.',
  }),
  BOLD_NOT_4D: (d: { file: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The BOLD file is not a series of volumes.',
    expected: 'four dimensions and at least 2 volumes',
    found: d.found,
    remedy: 'Check that the file is the whole run, and not a single-band reference or one volume.',
  }),
  EVENTS_MISSING: (d: { bold: string; expected: string }): ErrorText => ({
    where: d.bold,
    problem: 'The run has no events file, so its volumes cannot be labelled.',
    expected: d.expected,
    found: 'no such file',
    remedy: 'Add the events file with the columns onset, duration and trial_type, or drop the run.',
  }),
  EVENTS_PAST_END: (d: {
    file: string
    runSeconds: number
    onsetSeconds: number
    count: number
  }): ErrorText => ({
    where: d.file,
    problem: `Events start after the end of the run (${d.count} of them).`,
    expected: `onsets before ${d.runSeconds} s, the length of the run`,
    found: `an onset at ${d.onsetSeconds} s`,
    remedy: 'Check that the events belong to this run and that onsets are in seconds.',
  }),
  TR_MISMATCH: (d: { file: string; expected: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The repetition times do not agree.',
    expected: d.expected,
    found: d.found,
    remedy: 'Correct RepetitionTime in the sidecar or pixdim[4] in the header, whichever is wrong.',
  }),
  TR_MISSING: (d: { file: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The repetition time of the run is not known.',
    expected: 'RepetitionTime (seconds) in the JSON sidecar, or pixdim[4] in the header',
    found: d.found,
    remedy: 'Add RepetitionTime to the JSON sidecar of the run.',
  }),
  GRID_MISMATCH: (d: { file: string; expected: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The runs of this subject do not share one voxel grid.',
    expected: d.expected,
    found: d.found,
    remedy: 'Use runs resampled to one grid (for instance fMRIPrep output in one space).',
  }),
  MASK_GRID_MISMATCH: (d: {
    mask: string
    bold: string
    expected: string
    found: string
  }): ErrorText => ({
    where: d.mask,
    problem: `The mask and the BOLD run ${d.bold} lie on different voxel grids.`,
    expected: d.expected,
    found: d.found,
    remedy: 'Resample the mask to the grid of the BOLD run (nearest neighbour).',
  }),
  DERIVATIVE_MISSING: (d: { bold: string; expected: string }): ErrorText => ({
    where: d.bold,
    problem: 'A derivative of the run is missing.',
    expected: d.expected,
    found: 'no such file',
    remedy: 'Run the preprocessing again for this run, or switch the step that needs the file off.',
  }),
  CONFOUNDS_LENGTH: (d: { file: string; expected: number; found: number }): ErrorText => ({
    where: d.file,
    problem: 'The confounds table does not fit its run.',
    expected: `${d.expected} rows, one per volume`,
    found: `${d.found} rows`,
    remedy: 'Check that the table belongs to this run and that no volumes were cut from the BOLD.',
  }),
} as const
