/** Error catalogue, files of scanners: DICOM and Philips PAR/REC. */
import type { ErrorText } from './error-text.ts'

export const dicomErrors = {
  DICOM_INVALID: (d: { file: string; found: string }): ErrorText => ({
    where: d.file,
    problem: 'The file is no DICOM file, or its header is damaged.',
    expected: 'a DICOM file (128 bytes, then "DICM") with a whole header',
    found: d.found,
    remedy:
      'Leave the file out if it is something else; otherwise fetch it again from the scanner.',
  }),
  DICOM_TRUNCATED: (d: { file: string; expectedBytes: number; foundBytes: number }): ErrorText => ({
    where: d.file,
    problem: 'The DICOM file holds fewer bytes than its header promises.',
    expected: `at least ${d.expectedBytes} bytes`,
    found: `${d.foundBytes} bytes`,
    remedy:
      'Wait until the scanner has written the file, or fetch it again: the copy was cut short.',
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
    problem:
      'The images look like mosaics that were not split: each poses as a volume of one slice.',
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
    remedy:
      'Check the protocol, and state the time between volumes (`--tr SECONDS`) if it is wrong.',
  }),
  DICOM_NOT_CONVERTED: (d: { series: string; why: string }): ErrorText => ({
    where: d.series,
    problem: 'The series is not converted.',
    expected: 'two or more magnitude volumes of one functional run',
    found: d.why,
    remedy: 'Nothing, when it is no functional run; convert it with another tool if you need it.',
  }),
  DICOM_EVENTS_MISFIT: (d: {
    dir: string
    runs: readonly string[]
    events: readonly string[]
  }): ErrorText => ({
    where: d.dir,
    problem: 'There is not one events file for each run, so nothing was written.',
    expected: `${d.runs.length} events files, in the order of the runs: ${d.runs.join(', ')}`,
    found: `${d.events.length}: ${d.events.join(', ')}`,
    remedy:
      'Give one events file per run, in this order; convert runs without events from a folder of their own.',
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
} as const
