import { describe, expect, it } from 'vitest'
import { framewiseDisplacement, gridCentre, motionMatrix } from '../../../src/preprocess/motion.ts'
import { createRealigner, realignRun } from '../../../src/preprocess/realign/index.ts'
import type { Matrix32 } from '../../../src/core/types.ts'
import { expectAllClose } from '../_series.ts'
import { centredGrid, createHead, scan } from '../_phantom.ts'

const head = createHead(4)
const grid = centredGrid([32, 36, 24], [5, 5, 5.5])
const shifts = [0, 1, 1, -0.5]
const volumes = shifts.map((mm) =>
  scan(head, grid, motionMatrix([0, mm, 0, 0, 0, 0], gridCentre(grid))),
)
const nCols = volumes[0]!.length
const runOf = (parts: readonly Float32Array[]): Matrix32 => {
  const data = new Float32Array(parts.length * nCols)
  parts.forEach((part, t) => data.set(part, t * nCols))
  return { data, nRows: parts.length, nCols }
}

describe('realignRun', () => {
  it('realigns volume by volume, as a realigner does', () => {
    const run = realignRun(runOf(volumes), grid)
    const realigner = createRealigner(volumes[0]!, grid)
    volumes.forEach((volume, t) => {
      const { parameters, resampled } = realigner.realignOne(volume)
      expect([...run.parameters.data.slice(6 * t, 6 * t + 6)]).toEqual(parameters)
      expect(run.series.data.slice(t * nCols, (t + 1) * nCols)).toEqual(resampled)
    })
    expectAllClose(run.framewiseDisplacementMm, [0, 1, 0, 1.5], 0.02)
    expectAllClose(run.meanCornerMm, [0, 1, 1, 0.5], 0.02)
    expect(run.framewiseDisplacementMm).toEqual(framewiseDisplacement(run.parameters))
    expect(run.findings).toEqual([])
  })

  it('takes another volume of the run as its reference', () => {
    const { parameters } = realignRun(runOf(volumes), grid, { reference: 3 })
    expectAllClose(
      [0, 1, 2, 3].map((t) => parameters.data[6 * t + 1]!),
      [0.5, 1.5, 1.5, 0],
      0.01,
    )
    const outside = realignRun(runOf(volumes), grid, { reference: volumes[3]! })
    expect(outside.parameters).toEqual(parameters)
  })

  it('keeps a blank volume, and names it', () => {
    const blank = new Float32Array(nCols)
    const run = realignRun(runOf([volumes[0]!, volumes[1]!, blank, volumes[3]!]), grid)
    expect(run.findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['VOLUME_BLANK', 'error'],
    ])
    expect(run.findings[0]!.message).toContain('volume 2')
    expect(run.series.data.slice(2 * nCols, 3 * nCols)).toEqual(blank)
    expect(run.framewiseDisplacementMm[2]).toBe(0)
    expect(run.framewiseDisplacementMm[3]).toBeCloseTo(1.5, 1)
  })

  it.each([
    ['a reference that is not there', { reference: 4 }, 'VALUE_INVALID'],
    ['a blank reference', { reference: new Float32Array(nCols) }, 'VOLUME_BLANK'],
    ['a reference of another matrix', { reference: new Float32Array(3) }, 'SHAPE_MISMATCH'],
  ])('refuses %s', (_, options, code) => {
    expect(() => realignRun(runOf(volumes), grid, options)).toThrow(
      expect.objectContaining({ code }),
    )
  })

  it('refuses a run on another grid', () => {
    expect(() => realignRun(runOf(volumes), centredGrid([32, 36, 20], [5, 5, 5]))).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
  })
})
