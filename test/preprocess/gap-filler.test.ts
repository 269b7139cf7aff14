import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGapFiller, describeValues } from '../../src/preprocess/gap-filler.ts'

const first = Float32Array.of(9, NaN, 7)

function fillAll(volumes: readonly (readonly number[])[]): number[][] {
  const fill = createGapFiller(first)
  const memory = new Float32Array(3)
  // As beside a scanner: every volume arrives in the same memory.
  return volumes.map((values) => {
    memory.set(values)
    return [...fill(memory).volume]
  })
}

describe('createGapFiller', () => {
  it('lets the volume before stand in for a blank one, and the reference before any', () => {
    expect(
      fillAll([
        [0, 0, 0],
        [1, 2, 3],
        [5, 5, 5],
        [NaN, NaN, NaN],
      ]),
    ).toEqual([
      [9, 0, 7],
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ])
  })

  it('lets the value before stand in for one that is no number, and 0 before any', () => {
    expect(
      fillAll([
        [NaN, 2, 3],
        [4, Infinity, 6],
      ]),
    ).toEqual([
      [0, 2, 3],
      [4, 2, 6],
    ])
  })

  it('says what was missing, and hands a whole volume on', () => {
    const fill = createGapFiller(first)
    const whole = Float32Array.of(1, 2, 3)
    expect(fill(whole)).toEqual({ volume: whole, gap: { isBlank: false, nNotFinite: 0 } })
    expect(fill(whole).volume).toBe(whole)
    expect(fill(Float32Array.of(NaN, 1, 2)).gap).toEqual({ isBlank: false, nNotFinite: 1 })
    expect(fill(Float32Array.of(NaN, 1, 1)).gap).toEqual({ isBlank: true, nNotFinite: 1 })
  })

  it('leaves the beginning as it is whatever comes after', () => {
    const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(NaN), fc.constant(0))
    const volume = fc.tuple(value, value, value)
    fc.assert(
      fc.property(fc.array(volume, { minLength: 2, maxLength: 6 }), volume, (all, last) => {
        const filled = fillAll(all)
        const changed = fillAll([...all.slice(0, -1), last])
        expect(changed.slice(0, -1)).toEqual(filled.slice(0, -1))
        expect(filled.flat().every(Number.isFinite)).toBe(true)
      }),
    )
  })
})

describe('describeValues', () => {
  it('tells blank from usable', () => {
    expect(describeValues(Float32Array.of(NaN, 1, 1))).toEqual({ nFinite: 2, isBlank: true })
    expect(describeValues(Float32Array.of(NaN, 1, 2))).toEqual({ nFinite: 2, isBlank: false })
    expect(describeValues(new Float32Array(0)).isBlank).toBe(true)
  })
})
