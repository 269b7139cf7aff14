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
  DICOM_INVALID: (d: { file: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The file is no DICOM file, or its header is damaged.',
    expected: 'a DICOM file (128 bytes, then "DICM") with a whole header',
    found: d.found,
    remedy: 'Leave the file out if it is something else; otherwise fetch it again from the scanner.',
  }),
  DICOM_TRUNCATED: (d: { file: string; expectedBytes: number; foundBytes: number }): ErrorText => ({
    where: d.file,
    problem: 'The DICOM file holds fewer bytes than its header promises.',
    expected: `at least ${d.expectedBytes} bytes`,
    found: `${d.foundBytes} bytes`,
    remedy: 'Wait until the scanner has written the file, or fetch it again: the copy was cut short.',
  }),
  DICOM_UNSUPPORTED: (d: {
    file: string
    expected: string
    found: string
    remedy: string
  }): ErrorText => ({
    where: d.file,
    problem: 'The DICOM file is of a kind that limbic does not read.',
    expected: d.expected,
    found: d.found,
    remedy: d.remedy,
  }),
  DICOM_FIELD_MISSING: (d: { file: string; field: string; expected: string }): ErrorText => ({
    where: d.file,
    problem: `The DICOM header lacks ${d.field}.`,
    expected: d.expected,
    found: 'no such field, or one that cannot be read',
    remedy:
      'Export the series again without removing geometry fields; leave files out that are no images.',
  }),
  DICOM_MOSAIC_INVALID: (d: {
    file: string
    columns: number
    rows: number
    nTiles: number | undefined
    acquisitionMatrix: readonly [number, number] | undefined
  }): ErrorText => ({
    where: d.file,
    problem: 'The image is a mosaic of slices that cannot be split into a volume.',
    expected: 'a square grid of equal tiles, and their number in the private header of Siemens',
    found: `${d.columns} x ${d.rows} pixels and ${d.nTiles === undefined ? 'no number of tiles' : `${d.nTiles} tiles`}${d.acquisitionMatrix === undefined ? '' : `, acquired as ${d.acquisitionMatrix.join(' x ')}`}`,
    remedy:
      'Export the series again with its private fields (0019,100A) and (0029,1010), or as enhanced DICOM.',
  }),
  DICOM_MOSAIC_UNSPLIT: (d: {
    series: string
    columns: number
    rows: number
    acquisitionMatrix: readonly [number, number] | undefined
  }): ErrorText => ({
    where: d.series,
    problem: 'The images look like mosaics that were not split: each poses as a volume of one slice.',
    expected: `a volume of several slices${d.acquisitionMatrix === undefined ? '' : ` of ${d.acquisitionMatrix.join(' x ')}`}`,
    found: `${d.columns} x ${d.rows} x 1`,
    remedy:
      'Export the series again with the image type MOSAIC and the private fields of Siemens, which say how many tiles there are.',
  }),
  DICOM_SERIES_INCOMPLETE: (d: { series: string; expected: string; found: string }): ErrorText => ({
    where: d.series,
    problem: 'The series lacks slices or volumes.',
    expected: d.expected,
    found: d.found,
    remedy:
      'Fetch the missing files; when the scan was stopped within its last volume, leave that out (`--drop-last`).',
  }),
  DICOM_SERIES_MIXED: (d: { series: string; expected: string; found: string }): ErrorText => ({
    where: d.series,
    problem: 'The images do not belong to one series of volumes.',
    expected: d.expected,
    found: d.found,
    remedy: 'Assemble each series, echo, kind and orientation on its own.',
  }),
  DICOM_VOLUME_MOVED: (d: { series: string; count: number; mm: number }): ErrorText => ({
    where: d.series,
    problem: `Volumes lie elsewhere than the first one (${d.count} of them).`,
    expected: 'one position for the whole series',
    found: `shifts of up to ${d.mm.toFixed(2)} mm`,
    remedy:
      'Expected with prospective motion correction; the affine of the first volume is used for all.',
  }),
  DICOM_DUPLICATE: (d: { series: string; count: number; what: string }): ErrorText => ({
    where: d.series,
    problem: `Images occur more than once (${d.count} of them), and each is used once.`,
    expected: 'every image once',
    found: d.what,
    remedy: 'Remove the copies.',
  }),
  DICOM_TR_DOUBTFUL: (d: { series: string; expected: string; found: string }): ErrorText => ({
    where: d.series,
    problem: 'The repetition time of the header does not fit the series.',
    expected: d.expected,
    found: d.found,
    remedy: 'Check the protocol, and state the time between volumes (`--tr SECONDS`) if it is wrong.',
  }),
  DICOM_NOT_CONVERTED: (d: { series: string; why: string }): ErrorText => ({
    where: d.series,
    problem: 'The series is not converted.',
    expected: 'two or more magnitude volumes of one functional run',
    found: d.why,
    remedy: 'Nothing, when it is no functional run; convert it with another tool if you need it.',
  }),
  DICOM_NO_SERIES: (d: { dir: string; found: string }): ErrorText => ({
    where: d.dir,
    problem: 'The folder has no DICOM or PAR/REC series.',
    expected: 'DICOM files (.dcm, .IMA, or without extension) or .PAR with .REC',
    found: d.found,
    remedy: 'Check the path; archives must be unpacked first.',
  }),
  PAR_INVALID: (d: { file: string; expected: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The PAR header cannot be used.',
    expected: d.expected,
    found: d.found,
    remedy: 'Export the series again as PAR/REC version 4 or later, or as DICOM.',
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
