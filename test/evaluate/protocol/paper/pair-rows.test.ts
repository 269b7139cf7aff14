import { describe, expect, it } from 'vitest'
import { pairRows } from '../../../../src/evaluate/protocol/paper/pair-rows.ts'

const run = (...labels: number[]) => ({ labels: Int32Array.from(labels) })

describe('pairRows', () => {
  it('pairs by position unless told otherwise', () => {
    const rows = pairRows([[run(0, 1), run(1)], [run(1, 1, 0)]], 'time')
    expect(rows.map((own) => [...own])).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ])
  })

  it('pairs the n-th volume of a class, as many as all subjects have', () => {
    const rows = pairRows([[run(0, 1, -1, 1), run(0)], [run(1, 0, 1)]], 'class-order')
    expect(rows.map((own) => [...own])).toEqual([
      [0, 1, 3],
      [1, 0, 2],
    ])
  })

  it('pairs the same volumes either way where all saw the same blocks in the same order', () => {
    const same = [run(2, 0, 1, 2, 1, 0)]
    const [a, b] = pairRows([same, same], 'class-order')
    expect(a).toEqual(b)
    expect([...a!].sort()).toEqual([0, 1, 2, 3, 4, 5])
  })
})
