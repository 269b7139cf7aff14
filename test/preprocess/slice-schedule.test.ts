import { describe, expect, it } from 'vitest'
import { parseSliceSchedule, sliceOfVoxels } from '../../src/preprocess/slice-schedule.ts'

const shape = [2, 3, 4] as const
const parse = (sidecar: Record<string, unknown>, tr = 2) =>
  parseSliceSchedule(sidecar, shape, tr, 'sub-01_bold.nii')

describe('parseSliceSchedule', () => {
  it('takes any order of slices along the third axis', () => {
    const { timesSeconds, axis, trSeconds } = parse({ SliceTiming: [0, 1, 0.5, 1.5] })
    expect([...timesSeconds]).toEqual([0, 1, 0.5, 1.5])
    expect([axis, trSeconds]).toEqual([2, 2])
  })

  it('takes slices that share a time', () => {
    expect([...parse({ SliceTiming: [0, 1, 0, 1] }).timesSeconds]).toEqual([0, 1, 0, 1])
  })

  it('turns the times round for a direction with a minus, and follows the axis', () => {
    const down = parse({ SliceTiming: [0, 0.5, 1, 1.5], SliceEncodingDirection: 'k-' })
    expect([...down.timesSeconds]).toEqual([1.5, 1, 0.5, 0])
    const across = parse({ SliceTiming: [0, 0.5, 1], SliceEncodingDirection: 'j' })
    expect([across.axis, across.timesSeconds.length]).toEqual([1, 3])
  })

  it('says what is missing', () => {
    expect(() => parse({ RepetitionTime: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[LimbicError: sub-01_bold.nii: Slice timing cannot be corrected: nobody says when the slices were measured. Expected SliceTiming in the JSON sidecar, one time in seconds per slice; found none. Try: Convert from DICOM, with \`limbic convert\` or dcm2niix; where the scanner does not record them (Philips), add them from the protocol, or leave slice timing out.]`,
    )
  })

  it('says when times are in milliseconds', () => {
    expect(() => parse({ SliceTiming: [0, 500, 1000, 1500] })).toThrowErrorMatchingInlineSnapshot(
      `[LimbicError: sub-01_bold.nii: The slice times cannot be used. Expected times from 0 to less than the TR of 2 s; found 500 s. Try: Check SliceTiming and RepetitionTime of the sidecar: both are in seconds (not milliseconds), with one time per slice.]`,
    )
  })

  it.each([
    ['fewer times than slices', { SliceTiming: [0, 1] }, 2],
    ['a time as long as the TR', { SliceTiming: [0, 0.5, 1, 2] }, 2],
    ['a negative time', { SliceTiming: [-0.1, 0.5, 1, 1.5] }, 2],
    ['no numbers', { SliceTiming: ['0', '1', '2', '3'] }, 2],
    ['text', { SliceTiming: 'interleaved' }, 2],
    ['an unknown direction', { SliceTiming: [0, 0.5, 1, 1.5], SliceEncodingDirection: 'z' }, 2],
    ['no repetition time', { SliceTiming: [0, 0.5, 1, 1.5] }, NaN],
  ])('refuses %s', (_, sidecar, tr) => {
    expect(() => parse(sidecar, tr)).toThrow(
      expect.objectContaining({ code: 'SLICE_TIMING_INVALID' }),
    )
  })
})

describe('sliceOfVoxels', () => {
  it('counts along each axis, with x fastest', () => {
    expect([...sliceOfVoxels(shape, 0)].slice(0, 4)).toEqual([0, 1, 0, 1])
    expect([...sliceOfVoxels(shape, 1)].slice(0, 8)).toEqual([0, 0, 1, 1, 2, 2, 0, 0])
    expect([...sliceOfVoxels(shape, 2)]).toEqual(
      [0, 1, 2, 3].flatMap((z) => Array.from({ length: 6 }, () => z)),
    )
  })

  it('knows the voxels of a mask', () => {
    expect([...sliceOfVoxels(shape, 2, [0, 7, 23])]).toEqual([0, 1, 3])
  })
})
