import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleaningDesign, cosineDrift, legendreDrift } from '../../src/preprocess/confound-design.ts'
import { columnOf, expectAllClose, fromColumns, meanOf, noise } from './_series.ts'

describe('legendreDrift', () => {
  it('is 1, x and (3x^2 - 1) / 2 on -1..1', () => {
    const drift = legendreDrift(5, 2)
    expect(columnOf(drift, 0)).toEqual([1, 1, 1, 1, 1])
    expect(columnOf(drift, 1)).toEqual([-1, -0.5, 0, 0.5, 1])
    expect(columnOf(drift, 2)).toEqual([1, -0.125, -0.5, -0.125, 1])
  })
})

describe('cosineDrift', () => {
  it('has floor(2 T f TR) cosines of unit length and a constant last', () => {
    const basis = cosineDrift(100, 2, 1 / 128)
    expect(basis.nCols).toBe(4)
    expect(columnOf(basis, 3).every((value) => value === 1)).toBe(true)
    for (const k of [0, 1, 2]) {
      const column = columnOf(basis, k)
      expect(column.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 12)
      expect(meanOf(column)).toBeCloseTo(0, 14)
      expect(column[0]).toBeCloseTo(Math.sqrt(2 / 100) * Math.cos((Math.PI / 200) * (k + 1)), 14)
    }
  })

  it('is the constant alone when the run is too short for the cut-off', () => {
    expect(cosineDrift(20, 2, 1 / 128).nCols).toBe(1)
    expect(cosineDrift(20, 2, 0).nCols).toBe(1)
  })

  it('never has more columns than volumes', () => {
    expect(cosineDrift(10, 2, 1).nCols).toBe(10)
  })

  it('refuses a TR or a cut-off that is not a number', () => {
    const refused = expect.objectContaining({ code: 'VALUE_INVALID' }) as Error
    expect(() => cosineDrift(10, 0, 0.01)).toThrow(refused)
    expect(() => cosineDrift(10, 2, NaN)).toThrow(refused)
  })
})

describe('cleaningDesign', () => {
  it('is orthonormal whatever it is made of', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 0, max: 5 }),
        (seed, polynomial, nConfounds) => {
          const { basis } = cleaningDesign(50, {
            detrend: { polynomial },
            highPassHz: 0.02,
            trSeconds: 2,
            confounds: noise(seed, 50, nConfounds, 1000),
          })
          expect(basis.nCols).toBe(polynomial + 1 + 4 + nConfounds)
          for (let i = 0; i < basis.nCols; i++)
            for (let j = 0; j <= i; j++) {
              const other = columnOf(basis, j)
              const product = columnOf(basis, i).reduce((sum, x, t) => sum + x * other[t]!, 0)
              expect(product).toBeCloseTo(i === j ? 1 : 0, 12)
            }
        },
      ),
      { numRuns: 20 },
    )
  })

  it('counts neither constant nor repeated confounds', () => {
    const [column] = [columnOf(noise(1, 30, 1), 0)]
    const confounds = fromColumns([column, new Array<number>(30).fill(0.1), column])
    const { basis, removesMean } = cleaningDesign(30, { detrend: 'none', trSeconds: 2, confounds })
    expect(basis.nCols).toBe(1)
    expect(removesMean).toBe(false)
    expect(meanOf(columnOf(basis, 0))).toBeCloseTo(0, 14)
  })

  it('takes a missing confound value for the mean of its column', () => {
    const column = columnOf(noise(2, 20, 1), 0)
    const missing = column.with(0, NaN)
    const filled = column.with(0, meanOf(column.slice(1)))
    const basisOf = (values: number[]): Float64Array =>
      cleaningDesign(20, { detrend: 'linear', trSeconds: 2, confounds: fromColumns([values]) })
        .basis.data
    expectAllClose(basisOf(missing), basisOf(filled), 1e-13)
  })

  it('refuses terms that leave nothing, and says so', () => {
    let message = ''
    try {
      cleaningDesign(6, { detrend: 'linear', trSeconds: 2, confounds: noise(3, 6, 4) })
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).toMatchInlineSnapshot(
      `"Drift, high-pass and confounds together explain the whole run, so nothing is left. Expected more than 6 volumes for 6 terms; found 6 volumes. Try: Use fewer confounds, a lower drift order or a lower high-pass frequency."`,
    )
  })

  it('refuses confounds of another run and orders that are not whole', () => {
    expect(() =>
      cleaningDesign(10, { detrend: 'linear', trSeconds: 2, confounds: noise(4, 9, 2) }),
    ).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
    for (const polynomial of [-1, 1.5, NaN])
      expect(() => cleaningDesign(10, { detrend: { polynomial }, trSeconds: 2 })).toThrow(
        expect.objectContaining({ code: 'VALUE_INVALID' }),
      )
  })
})
