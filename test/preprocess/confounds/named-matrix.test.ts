import { describe, expect, it } from 'vitest'
import { namedColumns, namedMatrix } from '../../../src/preprocess/confounds/index.ts'

describe('namedMatrix and namedColumns', () => {
  it('put columns beside each other and take them apart again', () => {
    const matrix = namedMatrix(3, [
      ['a', [1, 2, 3]],
      ['b', Float32Array.of(4, 5, 6)],
    ])
    expect([...matrix.data]).toEqual([1, 4, 2, 5, 3, 6])
    expect([matrix.nRows, matrix.nCols, matrix.names]).toEqual([3, 2, ['a', 'b']])
    const columns = namedColumns(matrix, matrix.names)
    expect(namedMatrix(3, columns)).toEqual(matrix)
    expect(namedColumns(matrix, 'c').map(([name]) => name)).toEqual(['c00', 'c01'])
    expect(namedMatrix(3, [])).toEqual({ data: new Float64Array(0), nRows: 3, nCols: 0, names: [] })
  })

  it('refuse columns of another length and names given twice', () => {
    expect(() => namedMatrix(2, [['a', [1, 2, 3]]])).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
    expect(() =>
      namedMatrix(1, [
        ['a', [1]],
        ['a', [2]],
      ]),
    ).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }))
  })
})
