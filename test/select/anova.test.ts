import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { anova, createAnova } from '../../src/select/anova.ts'

const column = (...values: number[]) => ({
  data: Float64Array.from(values),
  nRows: values.length,
  nCols: 1,
})

function randomSamples(seed: number, nRows: number, nCols: number, nClasses: number) {
  const rng = createRng(seed)
  const data = Float64Array.from({ length: nRows * nCols }, () => rng.normal())
  const labels = Int32Array.from({ length: nRows }, (_, i) => i % nClasses)
  return { features: { data, nRows, nCols }, labels }
}

describe('anova', () => {
  it('gives the F of a textbook example', () => {
    // Means 2 and 12: sum of squares between 6 * 25 = 150 (1 df), within 8 + 8 = 16 (4 df).
    const result = anova(column(0, 2, 4, 10, 12, 14), Int32Array.of(0, 0, 0, 1, 1, 1), 2)
    expect(result.f[0]).toBeCloseTo(150 / (16 / 4), 12)
    expect(result.dfBetween).toBe(1)
    expect(result.dfWithin).toBe(4)
    expect(result.p[0]).toBeCloseTo(0.003602232609104, 12)
  })

  it('permutes with the voxels, and ignores scale and offset', () => {
    const { features, labels } = randomSamples(1, 30, 6, 3)
    const { f } = anova(features, labels, 3)
    const order = [3, 0, 5, 1, 4, 2]
    const changed = features.data.map((_, i) => {
      const v = order[i % 6]!
      return 1000 + (v + 2) * features.data[Math.floor(i / 6) * 6 + v]!
    })
    const again = anova({ ...features, data: changed }, labels, 3).f
    order.forEach((v, i) => expect(again[i]! / f[v]!).toBeCloseTo(1, 10))
  })

  it('does not depend on the order of samples or the names of classes', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { features, labels } = randomSamples(seed, 20, 3, 2)
        const reversed = { ...features, data: new Float64Array(60) }
        for (let i = 0; i < 20; i++)
          reversed.data.set(features.data.subarray(i * 3, i * 3 + 3), (19 - i) * 3)
        const { f } = anova(features, labels, 2)
        const again = anova(
          reversed,
          labels.map((label) => 1 - label),
          2,
        ).f
        expect(again[0]).toBeCloseTo(anova(reversed, labels.slice().reverse(), 2).f[0]!, 9)
        again.forEach((value, v) => expect(value).toBeCloseTo(f[v]!, 9))
      }),
      { numRuns: 30 },
    )
  })

  it('gives the same for float32 samples, in one piece or volume by volume', () => {
    const { features, labels } = randomSamples(2, 40, 9000, 4)
    const data = Float32Array.from(features.data)
    const whole = anova({ ...features, data }, labels, 4)
    const accumulator = createAnova(9000, 4)
    labels.forEach((label, i) => accumulator.add(data.subarray(i * 9000, (i + 1) * 9000), label))
    // Samples are merged four at a time in one and one at a time in the other: equal up to rounding.
    const differences = accumulator.finish().f.map((f, v) => Math.abs(f / whole.f[v]! - 1))
    expect(Math.max(...differences)).toBeLessThan(1e-12)
  })

  it('leaves unlabelled samples and empty classes out', () => {
    const labelled = anova(column(1, 2, 5, 7), Int32Array.of(0, 0, 1, 1), 2)
    const more = anova(column(1, 900, 2, 5, 7), Int32Array.of(0, -1, 0, 3, 3), 4)
    expect(more.f).toEqual(labelled.f)
    expect(more.dfBetween).toBe(1)
  })

  it('gives NaN without variance, and infinity without variance inside classes', () => {
    const labels = Int32Array.of(0, 0, 1, 1, 1)
    const constant = anova(column(0.1, 0.1, 0.1, 0.1, 0.1), labels, 2)
    expect(constant.f[0]).toBeNaN()
    expect(constant.p[0]).toBeNaN()
    const separated = anova(column(1, 1, 2, 2, 2), labels, 2)
    expect(separated.f[0]).toBe(Infinity)
    expect(separated.p[0]).toBe(0)
    expect(anova(column(1, NaN, 2, 2, 2), labels, 2).f[0]).toBeNaN()
  })

  it('refuses a single class, wrong lengths and unknown labels', () => {
    const values = column(1, 2, 3)
    expect(() => anova(values, Int32Array.of(1, 1, -1), 3)).toThrowErrorMatchingInlineSnapshot(
      `[LimbicError: Voxels are chosen by how well they separate classes, which takes at least two. Expected samples of two classes or more; found 1 class (samples per class: 0, 2, 0). Try: Check trial_type in the events files and the classes of the label step, or add runs with the other classes.]`,
    )
    expect(() => anova(values, Int32Array.of(0, 1), 2)).toThrow(/expected 3 labels/i)
    expect(() => anova(values, Int32Array.of(0, 1, 2), 2)).toThrow(/class label/)
    expect(() => createAnova(2, 2).add(Float32Array.of(1), 0)).toThrow(/expected 2 voxels/i)
  })
})
