import { describe, expect, it } from 'vitest'
import { prepareRealigner } from '../../../src/preprocess/realign/index.ts'
import { centredGrid, createHead, scan } from '../_phantom.ts'

describe('prepareRealigner', () => {
  const grid = centredGrid([16, 20, 12], [10, 10, 10])
  const head = scan(createHead(3), grid)

  it('gives the realigner of a whole volume', () => {
    const { realigner, findings } = prepareRealigner(head, grid, 'a.nii')
    expect(findings).toEqual([])
    const { motion, resampled } = realigner!.realignOne(head)
    motion.forEach((value, i) => expect(value).toBeCloseTo(i % 5 === 0 ? 1 : 0, 6))
    expect(resampled).toBeUndefined()
  })

  it.each([1, 3])('gives none for %i slices, and says so', (nSlices) => {
    const shape = [16, 20, nSlices] as const
    const values = Float32Array.from({ length: 320 * nSlices }, (_, v) => v % 7)
    const { realigner, findings } = prepareRealigner(values, { ...grid, shape }, 'thin.nii')
    expect(realigner).toBeUndefined()
    expect(findings[0]).toMatchObject({ code: 'REALIGN_LEFT_OUT', severity: 'warning' })
    expect(findings[0]!.message).toContain('thin.nii')
  })

  it('throws for what can be mended', () => {
    expect(() => prepareRealigner(new Float32Array(head.length), grid, 'a.nii')).toThrow(
      /no image in the reference volume/,
    )
  })
})
