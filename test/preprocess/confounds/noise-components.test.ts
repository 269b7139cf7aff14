import { describe, expect, it } from 'vitest'
import type { Matrix64 } from '../../../src/core/types.ts'
import { mostVariableVoxels, noiseComponents } from '../../../src/preprocess/confounds/index.ts'
import { columnOf, fromColumns, noise, sdOf } from '../_series.ts'

const trSeconds = 2
const nVolumes = 60
const source = columnOf(noise(1, nVolumes, 1), 0)

/** Voxels that follow one source, in both directions, with noise of their own. */
function noisyVoxels(own: number): Matrix64 {
  const rest = noise(2, nVolumes, 8)
  return fromColumns(
    Array.from({ length: 8 }, (_, v) =>
      source.map((value, t) => 500 + (v % 2 ? -3 : 3) * value + own * rest.data[t * 8 + v]!),
    ),
  )
}

describe('noiseComponents', () => {
  it('finds the course that noise voxels share, up to sign', () => {
    const { components, varianceShares } = noiseComponents(
      noisyVoxels(0.1),
      [0, 1, 2, 3, 4, 5, 6, 7],
      {
        trSeconds,
        keep: 1,
        highPassHz: 0,
      },
    )
    expect(Math.abs(correlation(columnOf(components, 0), source))).toBeGreaterThan(0.999)
    expect(varianceShares[0]).toBeGreaterThan(0.99)
    const largest = columnOf(components, 0).reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a))
    expect(largest).toBeGreaterThan(0)
  })

  it('gives orthonormal columns without mean and drift', () => {
    const { components } = noiseComponents(noisyVoxels(2), [0, 1, 2, 3, 4, 5, 6, 7], {
      trSeconds,
      keep: 4,
    })
    for (let a = 0; a < 4; a++) {
      expect(columnOf(components, a).reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 9)
      for (let b = 0; b <= a; b++) {
        const product = columnOf(components, a).reduce(
          (sum, x, t) => sum + x * columnOf(components, b)[t]!,
          0,
        )
        expect(product).toBeCloseTo(a === b ? 1 : 0, 9)
      }
    }
  })

  it('does not depend on the order or the units of the voxels', () => {
    const series = noisyVoxels(2)
    const scaled = { ...series, data: series.data.map((x, i) => x * (1 + (i % 8))) }
    const options = { trSeconds, keep: 2 }
    const found = noiseComponents(series, [0, 1, 2, 3, 4, 5, 6, 7], options)
    const turned = noiseComponents(scaled, [7, 6, 5, 4, 3, 2, 1, 0], options)
    const worst = found.components.data.reduce(
      (max, x, i) => Math.max(max, Math.abs(x - turned.components.data[i]!)),
      0,
    )
    expect(worst).toBeLessThan(1e-9)
  })

  it('keeps as many as hold a share of the variance', () => {
    const all = noiseComponents(noisyVoxels(2), [0, 1, 2, 3, 4, 5], { trSeconds, keep: 6 })
    const half = noiseComponents(noisyVoxels(2), [0, 1, 2, 3, 4, 5], {
      trSeconds,
      keep: { varianceShare: 0.9 },
    })
    const count = half.components.nCols
    const held = (n: number): number =>
      all.varianceShares.slice(0, n).reduce((sum, share) => sum + share, 0)
    expect([held(count) >= 0.9, held(count - 1) < 0.9]).toEqual([true, true])
    expect(held(6)).toBeCloseTo(1, 9)
    expect(noiseComponents(noisyVoxels(2), [0, 1], { trSeconds }).components.nCols).toBe(2)
  })

  it.each([
    ['no voxels', [], {}],
    ['voxels that are not there', [8], {}],
    ['no components', [0], { keep: 0 }],
    ['more than all variance', [0], { keep: { varianceShare: 1.5 } }],
  ])('refuses %s', (_, voxels, options) => {
    expect(() => noiseComponents(noisyVoxels(1), voxels, { trSeconds, ...options })).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    )
  })

  it('refuses voxels that do not vary', () => {
    const still = { data: new Float64Array(nVolumes).fill(3), nRows: nVolumes, nCols: 1 }
    expect(() => noiseComponents(still, [0], { trSeconds })).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    )
  })
})

describe('mostVariableVoxels', () => {
  it('finds the voxels with the largest fluctuations, drift left aside', () => {
    const series = noise(3, nVolumes, 50, 100)
    for (let t = 0; t < nVolumes; t++) {
      for (const v of [7, 31]) series.data[t * 50 + v]! *= 1 + 0.1 * Math.sin(3 * t)
      series.data[t * 50 + 20]! += 200 * Math.cos((Math.PI * (t + 0.5)) / nVolumes)
    }
    expect([...mostVariableVoxels(series, { trSeconds, share: 0.04 })]).toEqual([7, 31])
    expect(mostVariableVoxels(series, { trSeconds })).toHaveLength(1)
    expect(() => mostVariableVoxels(series, { trSeconds, share: 0 })).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    )
  })
})

function correlation(a: number[], b: number[]): number {
  const centre = (x: number[]) => x.map((value) => value - x.reduce((s, y) => s + y / x.length, 0))
  const [x, y] = [centre(a), centre(b)]
  return x.reduce((sum, value, t) => sum + value * y[t]!, 0) / (x.length * sdOf(a) * sdOf(b))
}
