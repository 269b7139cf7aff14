import { describe, expect, it } from 'vitest'
import { assertMatchingRows } from '../../src/align/matching-rows.ts'
import { matrix } from '../../src/math/matrix.ts'

describe('assertMatchingRows', () => {
  it('takes subjects with as many rows, however many voxels they have', () => {
    expect(() => {
      assertMatchingRows([matrix(3, 2), matrix(3, 5)], 'compare')
    }).not.toThrow()
  })

  it('names the subject that differs', () => {
    expect(() => {
      assertMatchingRows([matrix(3, 2), matrix(3, 2), matrix(4, 2)], 'compare')
    }).toThrow(
      expect.objectContaining({
        code: 'SHAPE_MISMATCH',
        details: expect.objectContaining({ found: '4 in subject 2' }) as unknown,
      }),
    )
  })

  it('says what more subjects are needed for', () => {
    for (const subjects of [[], [matrix(3, 2)]])
      expect(() => {
        assertMatchingRows(subjects, 'compare')
      }).toThrow(
        expect.objectContaining({
          code: 'TOO_FEW_SUBJECTS',
          details: expect.objectContaining({ needed: 2, why: 'compare' }) as unknown,
        }),
      )
  })
})
