import { describe, expect, it } from 'vitest'
import { noiseFloor } from '../../src/preprocess/noise-floor.ts'

describe('noiseFloor', () => {
  it('lies some rounding steps above the precision of the type', () => {
    expect(noiseFloor(new Float32Array(1)) / 2 ** -23).toBeGreaterThan(4)
    expect(noiseFloor(new Float64Array(1)) / 2 ** -52).toBeGreaterThan(30)
    expect(noiseFloor(new Float64Array(1))).toBeLessThan(1e-13)
  })
})
