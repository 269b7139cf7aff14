import { describe, expect, it } from 'vitest'
import { gridCorners, motionDistance, motionMatrix } from '../../../src/preprocess/motion.ts'
import { searchMotion } from '../../../src/preprocess/realign/gauss-newton.ts'
import { prepareReference } from '../../../src/preprocess/realign/prepare-reference.ts'
import { blurSpline } from '../../../src/preprocess/realign/spline-blur.ts'
import { identityAffine } from '../../../src/preprocess/resample/index.ts'
import { fillSpline } from '../../../src/preprocess/resample/spline-volume.ts'
import { centredGrid, createHead, scan } from '../_phantom.ts'

const head = createHead(5)
const grid = centredGrid([32, 36, 24], [5, 5, 5.5])
const prepared = prepareReference(scan(head, grid), grid, 1e-3, {})
const fine = prepared.levels.at(-1)!
const moved = motionMatrix([1, -0.5, 0.7, 0.01, 0.02, -0.01], prepared.centreMm)

/** Puts a volume where the search looks for it. */
function load(volume: Float32Array): void {
  const { space, plain, blurred, spare } = prepared
  fillSpline(space, plain, volume, 1e-3)
  blurSpline(space, fine.blur, plain, blurred, spare)
}

describe('searchMotion', () => {
  it('steps to the motion, gain and all, and stops', () => {
    load(scan(head, grid, moved).map((value) => 0.8 * value))
    const found = searchMotion(fine.search, identityAffine)
    expect(motionDistance(found.motion, moved, gridCorners(grid)).maxMm).toBeLessThan(0.03)
    expect([found.converged, found.nIterations < 8]).toEqual([true, true])
    expect(found.gain).toBeCloseTo(0.8, 3)
    expect(found.misfit).toBeLessThan(0.02)
    expect(found.overlap).toBeGreaterThan(0.9)
  })

  it('ends in the same place from wherever it starts nearby', () => {
    load(scan(head, grid, moved))
    const near = motionMatrix([-2, 2, -1, -0.02, 0, 0.03], prepared.centreMm)
    const [a, b] = [identityAffine, near].map((start) => searchMotion(fine.search, start).motion)
    expect(motionDistance(a!, b!, gridCorners(grid)).maxMm).toBeLessThan(0.005)
  })

  it('does not need a step where it starts at the motion', () => {
    load(scan(head, grid))
    const found = searchMotion(fine.search, identityAffine)
    expect(found.nIterations).toBe(1)
    expect(found.misfit).toBeLessThan(1e-5)
  })

  it('says when it was stopped before the end', () => {
    load(scan(head, grid, moved))
    expect(searchMotion({ ...fine.search, maxIterations: 1 }, identityAffine).converged).toBe(false)
  })

  it('gives up where nothing of the reference is left in the volume', () => {
    load(scan(head, grid))
    const away = motionMatrix([500, 0, 0, 0, 0, 0], prepared.centreMm)
    const found = searchMotion(fine.search, away)
    expect([found.converged, found.overlap]).toEqual([false, 0])
    expect(found.motion).toEqual(away)
  })
})
