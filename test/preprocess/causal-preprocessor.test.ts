import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { solveLeastSquares } from '../../src/math/least-squares.ts'
import {
  createCausalPreprocessor,
  putBack,
  type CausalVolume,
} from '../../src/preprocess/causal-preprocessor.ts'
import { gridCentre, motionMatrix } from '../../src/preprocess/motion.ts'
import { createOnlineDetrend, detrendNext } from '../../src/preprocess/online/index.ts'
import type { SliceSchedule } from '../../src/preprocess/slice-timing.ts'
import { centredGrid, createHead, scan } from './_phantom.ts'

const grid = centredGrid([16, 20, 12], [10, 10, 10])
const rng = createRng(3)
const head = createHead(5)
const reference = scan(head, grid)
const schedule: SliceSchedule = {
  timesSeconds: Float64Array.from({ length: 12 }, (_, z) => ((z * 5) % 12) / 6),
  axis: 2,
  trSeconds: 2,
}
/** The head nods more from volume to volume. */
const volumes = Array.from({ length: 5 }, (_, t) =>
  scan(head, grid, motionMatrix([0, t, 0, 0.01 * t, 0, 0], gridCentre(grid)), { rng, sd: 4 }),
)

function preprocess(some: readonly Float32Array[], first = 0): CausalVolume[] {
  const preprocessor = createCausalPreprocessor({ reference, grid, schedule })
  return some.map((volume, i) => preprocessor.next(volume, first + i))
}

describe('createCausalPreprocessor', () => {
  it('finds the motion, undoes it, and says how far the head went since the volume before', () => {
    const preprocessor = createCausalPreprocessor({ reference, grid })
    const done = volumes.map((volume, t) => preprocessor.next(volume, t))
    const last = done[4]!
    expect(last.motion!.parameters[1]).toBeCloseTo(4, 1)
    expect(last.motion!.parameters[3]).toBeCloseTo(0.04, 2)
    expect(done[0]!.displacementMm).toBe(0)
    for (const { displacementMm } of done.slice(1)) expect(displacementMm).toBeCloseTo(1.5, 0)
    expect(distance(last.volume, reference)).toBeLessThan(0.4 * distance(volumes[4]!, reference))
    expect(last.outside).toBeGreaterThan(0)
    expect(last.slices).toBeUndefined()
  })

  it('brings slices to the time of the first by a straight line, before it moves them', () => {
    const still = createCausalPreprocessor({ reference, grid, schedule })
    const [first, second] = [0, 1].map((t) => {
      const line = reference.map((value, v) => value * (1 + 0.001 * (t + shiftOf(v))))
      return still.next(line, t)
    })
    expect(first!.slices).toMatchObject({ degree: 0 })
    expect(second!.slices).toMatchObject({ degree: 1, nHeld: 0, nExact: 16 * 20 })
    const wanted = reference.map((value) => value * 1.001)
    expect(distance(second!.volume, wanted)).toBeLessThan(0.05)
  })

  it('depends on nothing that comes later, and keeps its input as it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 3 }), (nSame, kind) => {
        const spoilt = volumes.map((volume, t) => (t < nSame ? volume : spoil(volume, kind)))
        const [plain, changed] = [preprocess(volumes), preprocess(spoilt)]
        expect(changed.slice(0, nSame)).toEqual(plain.slice(0, nSame))
        expect(changed.length).toBe(volumes.length)
      }),
      { numRuns: 8 },
    )
    const before = volumes.map((volume) => volume.slice())
    preprocess(volumes)
    expect(volumes).toEqual(before)
  })

  it('gives the same where all volumes arrive in the same memory', () => {
    const memory = new Float32Array(reference.length)
    const preprocessor = createCausalPreprocessor({ reference, grid, schedule })
    const done = volumes.map((volume, t) => {
      memory.set(volume)
      return preprocessor.next(memory, t)
    })
    expect(done).toEqual(preprocess(volumes))
  })

  it('lets the volume before stand in for a blank one, and says so', () => {
    const blank = volumes.map((volume, t) => (t === 2 ? new Float32Array(volume.length) : volume))
    const done = preprocess(blank)
    expect(done[2]!.gap).toEqual({ isBlank: true, nNotFinite: 0 })
    expect(done[2]!.displacementMm).toBe(0)
    expect(done[2]!.motion!.parameters).toEqual(done[1]!.motion!.parameters)
  })

  it('starts slice timing anew after a volume that never came', () => {
    const preprocessor = createCausalPreprocessor({ reference, grid, schedule })
    preprocessor.next(volumes[0]!, 0)
    expect(preprocessor.next(volumes[2]!, 2).slices).toMatchObject({ degree: 0 })
    expect(preprocessor.next(volumes[3]!, 3).slices).toMatchObject({ degree: 1 })
  })

  it('hands single slices on without motion, and says so', () => {
    const flat = { ...grid, shape: [16, 20, 1] as const }
    const slice = reference.slice(6 * 320, 7 * 320)
    const preprocessor = createCausalPreprocessor({ reference: slice, grid: flat, name: 'one.nii' })
    expect(preprocessor.isRealigning).toBe(false)
    expect(preprocessor.findings[0]!.message).toContain('one.nii')
    const { volume, motion, displacementMm } = preprocessor.next(slice, 0)
    expect(volume).toEqual(slice)
    expect(volume).not.toBe(slice)
    expect([motion, displacementMm]).toEqual([undefined, 0])
  })

  it('refuses a volume of another size, naming it', () => {
    const preprocessor = createCausalPreprocessor({ reference, grid, name: 'run-1' })
    expect(() => preprocessor.next(new Float32Array(9), 7)).toThrow(/volume 7 of run-1/)
  })
})

describe('a run as it comes, with motion and drift', () => {
  it('is after every volume what all volumes so far give at once', () => {
    const options = { nMotion: 6, trendFrom: 3, motionFrom: 10, minVolumes: 3, standardize: false }
    const some = Int32Array.from({ length: 40 }, (_, i) => 1200 + 37 * i)
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 16 }), fc.integer(), (nVolumes, seed) => {
        const noise = createRng(`${seed}`)
        const run = Array.from({ length: nVolumes }, (_, t) => {
          const nod = motionMatrix(
            [0, 0.3 * noise.normal(), 0.1 * t, 0.005 * noise.normal(), 0, 0],
            gridCentre(grid),
          )
          return scan(head, grid, nod, { rng: noise, sd: 5 }).map((x) => x * (1 + 0.003 * t))
        })
        const online = createCausalPreprocessor({ reference, grid, schedule })
        const detrend = createOnlineDetrend(some.length, options)
        const seen: { values: Float64Array; motion: readonly number[] }[] = []
        run.forEach((volume, n) => {
          const now = online.next(volume, n)
          const values = Float64Array.from(some, (voxel) => now.volume[voxel]!)
          const motion = now.motion!.parameters
          const { data, isReady } = detrendNext(detrend, values, n, motion)
          // From the raw volumes once more, all at once.
          const again = preprocess(run.slice(0, n + 1))
          expect(now.volume).toEqual(again[n]!.volume)
          seen.push({ values, motion })
          if (!isReady) return
          const terms = n + 1 < 3 ? 1 : n + 1 < 10 ? 2 : 8
          const batch = residuals(seen, terms)
          data.forEach((value, v) => expect(Math.abs(value - batch[v]!)).toBeLessThan(1e-6))
        })
      }),
      { numRuns: 4 },
    )
  })
})

/** What is left of the last volume after a fit of [1, t, motion] to all of them. */
function residuals(
  seen: readonly { readonly values: Float64Array; readonly motion: readonly number[] }[],
  nTerms: number,
): Float64Array {
  const nRows = seen.length
  const nCols = seen[0]!.values.length
  const rows = seen.map(({ motion }, t) => [1, t, ...motion].slice(0, nTerms))
  const design = { data: Float64Array.from(rows.flat()), nRows, nCols: nTerms }
  const series = new Float64Array(nRows * nCols)
  seen.forEach(({ values }, t) => series.set(values, t * nCols))
  const fit = solveLeastSquares(design, { data: series, nRows, nCols })
  return fit.residuals.data.slice((nRows - 1) * nCols)
}

describe('putBack', () => {
  it('hands a volume on that has not moved', () => {
    expect(putBack(reference, grid, undefined).data).toBe(reference)
    const motion = motionMatrix([0, 0, 0, 0, 0, 0], gridCentre(grid))
    expect(distance(putBack(reference, grid, { motion }).data, reference)).toBeLessThan(1e-3)
  })
})

/** Slice time of a voxel, in volumes. */
function shiftOf(voxel: number): number {
  return schedule.timesSeconds[Math.floor(voxel / 320)]! / 2
}

function spoil(volume: Float32Array, kind: number): Float32Array {
  const spoilt = volume.slice()
  if (kind === 0) spoilt.fill(0)
  if (kind === 1) spoilt.fill(NaN, 50, 90)
  if (kind === 2) spoilt.reverse()
  if (kind === 3) spoilt.forEach((value, v) => (spoilt[v] = 2 * value))
  return spoilt
}

/** Root mean square difference, away from the border. */
function distance(a: Float32Array, b: Float32Array): number {
  const [nx, ny, nz] = grid.shape
  let [sum, count] = [0, 0]
  for (let z = 2; z < nz - 2; z++)
    for (let y = 2; y < ny - 2; y++)
      for (let x = 2; x < nx - 2; x++) {
        const v = x + nx * (y + ny * z)
        sum += (a[v]! - b[v]!) ** 2
        count += 1
      }
  return Math.sqrt(sum / count)
}
