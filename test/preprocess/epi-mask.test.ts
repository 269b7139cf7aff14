import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { computeEpiMask } from '../../src/preprocess/epi-mask.ts'

const shape = [20, 18, 16] as const
const grid = { shape }
const nVoxels = 20 * 18 * 16

/** A bright ball with some noise; `inside` says where it lies. */
function brain(seed = 1): { volume: Float64Array; inside: Uint8Array } {
  const rng = createRng(seed)
  const inside = Uint8Array.from({ length: nVoxels }, (_, i) => {
    const [x, y, z] = [i % 20, Math.floor(i / 20) % 18, Math.floor(i / 360)]
    return (x - 10) ** 2 + (y - 9) ** 2 + (z - 8) ** 2 <= 42 ? 1 : 0
  })
  return { volume: Float64Array.from(inside, (b) => 20 + 500 * b + 5 * rng.normal()), inside }
}

function dice(a: Uint8Array, b: Uint8Array): number {
  let [both, sum] = [0, 0]
  a.forEach((value, v) => {
    both += value * b[v]!
    sum += value + b[v]!
  })
  return (2 * both) / sum
}

// The ball fills a sixth of the volume: its border lies above the lower cut-off only.
const cutoffs = { lowerCutoff: 0.5, upperCutoff: 0.95 }

describe('computeEpiMask', () => {
  it('finds a bright ball exactly when there is nothing to tidy', () => {
    const { volume, inside } = brain()
    expect(computeEpiMask(volume, grid, { ...cutoffs, opening: false })).toEqual(inside)
    // Opening by two layers clips what curves more than the layers do: a ball of 6 voxels loses some of its skin.
    expect(dice(computeEpiMask(volume, grid, cutoffs), inside)).toBeGreaterThan(0.93)
  })

  it('does not depend on offset and scale of the volume', () => {
    const { volume } = brain()
    const other = volume.map((x) => 3 * x + 100)
    expect(computeEpiMask(other, grid, cutoffs)).toEqual(computeEpiMask(volume, grid, cutoffs))
  })

  it('leaves out bright islands, unless asked to keep them', () => {
    const { volume, inside } = brain()
    volume[0] = 600
    const options = { ...cutoffs, opening: false } as const
    expect(computeEpiMask(volume, grid, options)).toEqual(inside)
    expect(computeEpiMask(volume, grid, { ...options, connected: false })[0]).toBe(1)
  })

  it('fills holes if asked', () => {
    const { volume, inside } = brain()
    const centre = 10 + 20 * (9 + 18 * 8)
    volume[centre] = 20
    const options = { ...cutoffs, opening: false } as const
    expect(computeEpiMask(volume, grid, options)[centre]).toBe(0)
    expect(computeEpiMask(volume, grid, { ...options, fillHoles: true })).toEqual(inside)
  })

  it('takes values that are not finite for 0, and can leave zeros out', () => {
    const { volume, inside } = brain()
    const padded = volume.map((x, v) => (inside[v] === 0 && v % 3 === 0 ? NaN : x))
    const options = { ...cutoffs, opening: false, excludeZeros: true } as const
    expect(computeEpiMask(padded, grid, options)).toEqual(inside)
  })

  it('refuses a volume without a brain', () => {
    const empty = expect.objectContaining({ code: 'EPI_MASK_EMPTY' }) as Error
    expect(() => computeEpiMask(new Float32Array(nVoxels).fill(3), grid)).toThrow(empty)
    expect(() => computeEpiMask(new Float32Array(nVoxels), grid, { excludeZeros: true })).toThrow(
      empty,
    )
    const speck = new Float32Array(nVoxels)
    speck[500] = 1
    expect(() => computeEpiMask(speck, grid, { upperCutoff: 1 })).toThrow(empty)
  })

  it('says what to try', () => {
    let message = ''
    try {
      computeEpiMask(new Float32Array(nVoxels), grid)
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).toMatchInlineSnapshot(
      `"No brain was found in the mean functional volume. Expected a mean of volumes that are neither detrended nor masked, brighter inside the brain; found a single intensity between the cut-offs, so no border of a brain. Try: Look at the volume; raise lowerCutoff, set excludeZeros when it has wide empty borders, or give a mask file."`,
    )
  })

  it('refuses options and volumes that do not fit', () => {
    const refused = expect.objectContaining({ code: 'VALUE_INVALID' }) as Error
    const { volume } = brain()
    expect(() => computeEpiMask(volume, grid, { lowerCutoff: 0.9 })).toThrow(refused)
    expect(() => computeEpiMask(volume, grid, { opening: -1 })).toThrow(refused)
    expect(() => computeEpiMask(volume.subarray(1), grid)).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
  })
})
