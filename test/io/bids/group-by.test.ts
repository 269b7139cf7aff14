import { describe, expect, it } from 'vitest'
import { groupBy } from '../../../src/io/bids/group-by.ts'

describe('groupBy', () => {
  it('keeps the order of names and of items', () => {
    expect(groupBy(['b1', 'a1', 'b2'], (item) => item.charAt(0))).toEqual([['b1', 'b2'], ['a1']])
    expect(groupBy([], String)).toEqual([])
  })
})
