import { describe, expect, it } from 'vitest'
import type { BidsRun } from '../../../src/io/bids/index.ts'
import { assertSplit } from '../../../src/pipeline/preprocess/check-run.ts'

const run = (shape: readonly [number, number, number]): Pick<BidsRun, 'bold' | 'header'> => ({
  bold: 'sub-01_task-rest_bold.nii.gz',
  header: { grid: { shape, affine: [] } } as unknown as BidsRun['header'],
})

describe('assertSplit', () => {
  it('refuses a mosaic and says what to do', () => {
    expect(() => assertSplit(run([444, 444, 1]))).toThrowErrorMatchingInlineSnapshot(
      `[LimbicError: sub-01_task-rest_bold.nii.gz: The volumes look like mosaics that were not split: the slices lie side by side in one. Expected volumes of several slices; found 444 x 444 x 1 voxels. Try: Convert the run from DICOM again, with \`limbic convert\` or dcm2niix, which split mosaics.]`,
    )
  })

  it.each([
    [64, 64, 34],
    [40, 20, 1],
    [444, 444, 2],
    [192, 40, 1],
  ] as const)('takes %i x %i x %i', (...shape) => {
    expect(() => assertSplit(run(shape))).not.toThrow()
  })
})
