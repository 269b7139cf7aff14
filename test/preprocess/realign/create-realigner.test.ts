import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../../src/core/rng.ts'
import { gridCorners, motionDistance, motionMatrix } from '../../../src/preprocess/motion.ts'
import { createRealigner } from '../../../src/preprocess/realign/index.ts'
import { identityAffine, invertAffine } from '../../../src/preprocess/resample/index.ts'
import { centredGrid, createHead, randomMotion, scan } from '../_phantom.ts'

const head = createHead(1)
const grid = centredGrid([48, 52, 30], [4, 4, 4.5])
const reference = scan(head, grid)
const realigner = createRealigner(reference, grid)

describe('createRealigner', () => {
  it('finds a shift along one axis', () => {
    const moved = motionMatrix([1.5, 0, 0, 0, 0, 0], realigner.centreMm)
    const { parameters, meanCornerMm, converged, findings } = realigner.realignOne(
      scan(head, grid, moved),
    )
    expect(parameters[0]).toBeCloseTo(1.5, 2)
    expect(Math.max(...parameters.slice(1, 3).map(Math.abs))).toBeLessThan(0.01)
    expect(Math.max(...parameters.slice(3).map(Math.abs))).toBeLessThan(1e-4)
    expect(meanCornerMm).toBeCloseTo(1.5, 2)
    expect(converged).toBe(true)
    expect(findings).toEqual([])
  })

  it('finds nothing where nothing has moved, whatever the scale of the intensities', () => {
    for (const factor of [1, 1e-12, 3e9]) {
      const scaled = reference.map((value) => value * factor)
      const same = createRealigner(scaled, grid).realignOne(scaled)
      expect(same.meanCornerMm).toBeLessThan(1e-5)
      expect(same.gain).toBeCloseTo(1, 5)
      expect(same.misfit).toBeLessThan(1e-4)
    }
  })

  it('is right to 0.05 mm at the corners of 64 x 64 x 34 voxels, for motions up to 3 mm and 3 degrees', () => {
    const large = centredGrid([64, 64, 34], [3.5, 3.5, 4])
    const large34 = createRealigner(scan(head, large), large, { resample: false })
    const rng = createRng('corners')
    for (let i = 0; i < 3; i++) {
      const motion = randomMotion(rng, large, 3, 3)
      const found = large34.realignOne(scan(head, large, motion))
      expect(motionDistance(found.motion, motion, gridCorners(large)).meanMm).toBeLessThan(0.05)
    }
  })

  it('is right to 0.1 mm there at a signal-to-noise ratio of 50', () => {
    const large = centredGrid([64, 64, 34], [3.5, 3.5, 4])
    const rng = createRng('noise')
    const noise = { rng, sd: 20 }
    const noisy = createRealigner(scan(head, large, identityAffine, noise), large)
    const errors = Array.from({ length: 3 }, () => {
      const motion = randomMotion(rng, large, 3, 3)
      const found = noisy.realignOne(scan(head, large, motion, noise))
      return motionDistance(found.motion, motion, gridCorners(large)).meanMm
    })
    expect(Math.max(...errors)).toBeLessThan(0.1)
  })

  it('is not misled by the border of the field of view, where a long head is cut', () => {
    const neck = createHead(3, [68, 84, 150])
    const slab = centredGrid([48, 52, 28], [4, 4, 4])
    const cut = createRealigner(scan(neck, slab), slab)
    const motion = motionMatrix([0.5, -1, 2.5, 0.03, -0.02, 0.02], cut.centreMm)
    const found = cut.realignOne(scan(neck, slab, motion))
    expect(motionDistance(found.motion, motion, gridCorners(slab)).meanMm).toBeLessThan(0.05)
  })

  it('finds motions of 12 mm and 12 degrees, and changes of intensity with them', () => {
    const motion = randomMotion(createRng('large'), grid, 12, 12)
    const volume = scan(head, grid, motion).map((value) => 1.2 * value)
    const found = realigner.realignOne(volume)
    expect(motionDistance(found.motion, motion, gridCorners(grid)).maxMm).toBeLessThan(0.05)
    expect(found.gain).toBeCloseTo(1.2, 2)
  })

  it('puts the volume back where the reference is', () => {
    const motion = randomMotion(createRng('back'), grid, 2, 2)
    const volume = scan(head, grid, motion)
    const { resampled, nOutside } = realigner.realignOne(volume)
    expect(rmsDifference(resampled!, reference)).toBeLessThan(
      0.1 * rmsDifference(volume, reference),
    )
    expect(nOutside).toBeGreaterThan(0)
    expect(nOutside).toBeLessThan(0.2 * reference.length)
  })

  it('does not depend on the volumes before, and only reads the volume', () => {
    const motions = ['a', 'b'].map((label) => randomMotion(createRng(label), grid, 3, 3))
    const [first, second] = motions.map((motion) => scan(head, grid, motion)) as [
      ...[Float32Array, Float32Array],
    ]
    const copy = first.slice()
    const alone = realigner.realignOne(first)
    realigner.realignOne(second)
    expect(realigner.realignOne(first)).toEqual(alone)
    expect(first).toEqual(copy)
  })

  it('finds the inverse motion when volume and reference change places', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const motion = randomMotion(createRng(seed), grid, 2, 2)
        const moved = scan(head, grid, motion)
        const back = createRealigner(moved, grid, { resample: false }).realignOne(reference)
        const forth = realigner.realignOne(moved)
        const distance = motionDistance(invertAffine(back.motion), forth.motion, gridCorners(grid))
        expect(distance.maxMm).toBeLessThan(0.03)
      }),
      { numRuns: 3 },
    )
  })

  it('looks only at the voxels of a mask', () => {
    const [nx, ny] = grid.shape
    const lower = Uint8Array.from(reference, (_, i) => (Math.floor(i / (nx * ny)) < 18 ? 1 : 0))
    const motion = motionMatrix([1, 1, 0, 0, 0, 0.02], realigner.centreMm)
    const half = scan(head, grid, motion)
    // Above the mask something moves by itself.
    scan(createHead(9), grid).forEach((value, i) => {
      if (Math.floor(i / (nx * ny)) >= 24) half[i] = value
    })
    const error = (options: { mask?: Uint8Array }): number => {
      const found = createRealigner(reference, grid, options).realignOne(half)
      return motionDistance(found.motion, motion, gridCorners(grid)).maxMm
    }
    expect(error({ mask: lower })).toBeLessThan(0.3)
    expect(error({})).toBeGreaterThan(error({ mask: lower }))
  })

  it('says when voxels hold no number, and counts them as 0', () => {
    const volume = scan(head, grid)
    for (const corner of [0, 5]) volume[corner] = NaN
    const { findings, meanCornerMm, resampled } = realigner.realignOne(volume, 'volume 7')
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['VOXELS_NOT_FINITE', 'warning'],
    ])
    expect(findings[0]!.message).toContain('volume 7')
    expect(meanCornerMm).toBeLessThan(1e-3)
    expect(resampled!.every(Number.isFinite)).toBe(true)
  })

  it('says when a volume has nothing to do with the reference', () => {
    const rng = createRng('static')
    const found = realigner.realignOne(Float32Array.from(reference, () => 1000 * rng.normal()))
    expect(found.findings.map(({ code }) => code)).toEqual(['REALIGN_NOT_CONVERGED'])
    expect(found.parameters.every(Number.isFinite)).toBe(true)
  })

  it.each([
    ['a volume of another matrix', new Float32Array(7), 'SHAPE_MISMATCH'],
    ['a volume of zeros', new Float32Array(reference.length), 'VOLUME_BLANK'],
    ['a volume without a number', new Float32Array(reference.length).fill(NaN), 'VOLUME_BLANK'],
  ])('refuses %s', (_, volume, code) => {
    expect(() => realigner.realignOne(volume)).toThrow(expect.objectContaining({ code }))
    expect(() => createRealigner(volume, grid)).toThrow(expect.objectContaining({ code }))
  })

  it('refuses grids and masks that cannot tell', () => {
    const slice = centredGrid([20, 20, 1], [4, 4, 4])
    expect(() => createRealigner(new Float32Array(400), slice)).toThrow(
      expect.objectContaining({ code: 'REALIGN_GRID_TOO_SMALL' }),
    )
    expect(() => createRealigner(reference, grid, { mask: new Uint8Array(3) })).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
    expect(() =>
      createRealigner(reference, grid, { mask: new Uint8Array(reference.length) }),
    ).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }))
    const flat = { ...grid, affine: grid.affine.map((value, i) => (i === 10 ? 0 : value)) }
    expect(() => createRealigner(reference, flat)).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    )
  })
})

function rmsDifference(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length)
}
