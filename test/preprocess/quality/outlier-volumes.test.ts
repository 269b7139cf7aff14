import { describe, expect, it } from 'vitest'
import { flagOutlierVolumes, spikeRegressors } from '../../../src/preprocess/quality/index.ts'

describe('flagOutlierVolumes', () => {
  it('flags what moved or changed too much, and says which volumes', () => {
    const { flags, volumes, findings } = flagOutlierVolumes(
      [0, 0.5, 0.6, 0.1, 0.1],
      [0, 1, 1, 1.4, 1.6],
      { run: 'sub-01_run-2' },
    )
    expect([...flags]).toEqual([0, 0, 1, 0, 1])
    expect(volumes).toEqual([2, 4])
    expect(findings).toMatchInlineSnapshot(`
      [
        {
          "code": "OUTLIER_VOLUMES",
          "message": "sub-01_run-2: Some volumes differ abruptly from those before them; they are flagged, not left out. Expected framewise displacement up to 0.5 mm and standardised DVARS up to 1.5; found more in 2 of 5 volumes (0-based): 2, 4. Try: Look at these volumes; add their spike regressors to the confounds, or leave out a run in which they are many.",
          "severity": "warning",
        },
      ]
    `)
  })

  it('is silent about a quiet run', () => {
    expect(flagOutlierVolumes([0, 0.1], [0, 1]).findings).toEqual([])
    expect(flagOutlierVolumes([], [])).toEqual({
      flags: new Uint8Array(0),
      volumes: [],
      findings: [],
    })
  })

  it('follows its thresholds, and mistrusts what is not a number', () => {
    const options = { maxFramewiseDisplacementMm: 0.2, maxDvars: 3 }
    expect(flagOutlierVolumes([0, 0.3, NaN, 0], [0, 2, 1, NaN], options).volumes).toEqual([1, 2, 3])
  })

  it('flags no fewer volumes when a threshold is lowered', () => {
    const fd = Array.from({ length: 50 }, (_, t) => (t * 0.37) % 1)
    const count = (mm: number): number =>
      flagOutlierVolumes(fd, fd, { maxFramewiseDisplacementMm: mm }).volumes.length
    const counts = [1, 0.8, 0.5, 0.2, 0].map(count)
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    expect(counts[0]).toBe(0)
    expect(counts[4]).toBe(49)
  })

  it('refuses lengths that differ', () => {
    expect(() => flagOutlierVolumes([0, 1], [0])).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
  })
})

describe('spikeRegressors', () => {
  it('gives one column per flagged volume', () => {
    const columns = spikeRegressors(Uint8Array.of(0, 1, 0, 1))
    expect(columns.map(([name, values]) => [name, [...(values as Float64Array)]])).toEqual([
      ['motion_outlier00', [0, 1, 0, 0]],
      ['motion_outlier01', [0, 0, 0, 1]],
    ])
    expect(spikeRegressors(new Uint8Array(3))).toEqual([])
  })
})
