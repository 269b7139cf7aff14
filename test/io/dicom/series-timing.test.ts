import { describe, expect, it } from 'vitest'
import type { FrameRef } from '../../../src/io/dicom/frame-refs.ts'
import { startOf, timingOf } from '../../../src/io/dicom/series-timing.ts'
import type { DicomFrame, DicomHeader } from '../../../src/io/dicom/types.ts'

/** A volume of `n` slices, numbered from `first` on. */
function volume(
  n: number,
  header: Partial<DicomHeader>,
  frame: (z: number) => Partial<DicomFrame> = () => ({}),
  first = 1,
): FrameRef[] {
  return Array.from({ length: n }, (_, z) => ({
    image: z,
    index: header.isMosaic === true ? z : 0,
    header: { vendor: 'other', instanceNumber: first + z, ...header } as DicomHeader,
    frame: frame(z) as DicomFrame,
  }))
}

const at = (times: readonly number[]) => (z: number) => ({ acquiredAtSeconds: times[z]! })

describe('timingOf', () => {
  it('computes the slice times of GE from order and repetition time', () => {
    const odd = volume(5, { sliceOrder: 'interleaved', trSeconds: 5 })
    expect(timingOf([odd]).sliceTimesSeconds).toEqual([0, 3, 1, 4, 2])
    const even = volume(4, { sliceOrder: 'interleaved', trSeconds: 2 })
    expect(timingOf([even]).sliceTimesSeconds).toEqual([0, 1, 0.5, 1.5])
    const sequential = volume(4, { sliceOrder: 'sequential', trSeconds: 2 })
    expect(timingOf([sequential]).sliceTimesSeconds).toEqual([0, 0.5, 1, 1.5])
  })

  it('counts slices from the end where the scan began', () => {
    const reversed = volume(5, { sliceOrder: 'interleaved', trSeconds: 5 }).map((ref, z) => ({
      ...ref,
      header: { ...ref.header, instanceNumber: 5 - z },
    }))
    expect(timingOf([reversed]).sliceTimesSeconds).toEqual([2, 4, 1, 3, 0])
  })

  it('reads mosaic times from the second volume, and by tile', () => {
    const mosaic = (times: number[]): FrameRef[] =>
      volume(3, { isMosaic: true, sliceTimesSeconds: times, trSeconds: 2 })
    expect(timingOf([mosaic([0, 9, 9]), mosaic([0.2, 1, 0.1 + 0.2])]).sliceTimesSeconds).toEqual([
      0, 0.8, 0.1,
    ])
    expect(timingOf([mosaic([0, 1, 0.5]).reverse()]).sliceTimesSeconds).toEqual([0.5, 1, 0])
  })

  it('reads acquisition times, across midnight too', () => {
    const slices = volume(3, { trSeconds: 2 }, at([86_399.5, 0.25, 86_400 - 1]))
    expect(timingOf([slices]).sliceTimesSeconds).toEqual([0.5, 1.25, 0])
    expect(startOf(slices)).toBe(86_399)
    expect(startOf(volume(2, {}))).toBeUndefined()
  })

  it('claims no slice times where none are known', () => {
    for (const slices of [
      volume(3, { trSeconds: 2 }),
      volume(3, { trSeconds: 2 }, at([5, 5, 5])),
      volume(3, { trSeconds: 2, vendor: 'philips' }, at([5, 6, 7])),
      volume(3, { trSeconds: 2 }, at([5, 16, 27])),
    ])
      expect(timingOf([slices]).sliceTimesSeconds).toBeUndefined()
  })

  it('measures the repetition time where the header states another', () => {
    const volumes = [10, 14, 18].map((start, t) =>
      volume(2, { trSeconds: 0.02 }, at([start, start]), 1 + 2 * t),
    )
    const { trSeconds, findings } = timingOf(volumes)
    expect(trSeconds).toBe(4)
    expect(findings.map(({ code }) => code)).toEqual(['DICOM_TR_DOUBTFUL'])
    expect(
      timingOf([
        volume(2, { trSeconds: 2 }, at([1, 1])),
        volume(2, { trSeconds: 2 }, at([3.1, 3.1])),
      ]),
    ).toMatchObject({
      trSeconds: 2,
      findings: [],
    })
    expect(timingOf([volume(2, {}, at([1, 1])), volume(2, {}, at([3, 3]))]).trSeconds).toBe(2)
  })

  it('leaves out a repetition time that no scanner reaches', () => {
    const { trSeconds, findings } = timingOf([
      volume(2, { trSeconds: 0.001 }),
      volume(2, { trSeconds: 0.001 }),
    ])
    expect(trSeconds).toBeUndefined()
    expect(findings.map(({ code }) => code)).toEqual(['DICOM_TR_DOUBTFUL'])
  })
})
