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
} as const
