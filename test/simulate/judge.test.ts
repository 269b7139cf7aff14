import { describe, expect, it } from 'vitest'
import { createRng } from '../../src/core/rng.ts'
import { createBrain } from '../../src/simulate/brain.ts'
import { createJudge } from '../../src/simulate/judge.ts'
import { drawConditionPatterns } from '../../src/simulate/latents.ts'
import { createOracle, oracleEvidence, scoreOracle } from '../../src/simulate/oracle.ts'
import { drawTopography } from '../../src/simulate/topography.ts'
import { small } from './_small.ts'

const brain = createBrain(small.shape, small.regionRadiusVoxels)
const topography = drawTopography(brain, small, createRng('shared'), createRng('own'))
const patterns = drawConditionPatterns(2, small, createRng('patterns'))
const rng = createRng('region')
const nRows = 30
const nCols = brain.region.length
const region = {
  data: Float64Array.from({ length: nRows * nCols }, () => 2 * rng.normal()),
  nRows,
  nCols,
}
const labels = Int32Array.from({ length: nRows }, (_, t) => t % 3)
const activity = {
  data: Float64Array.from({ length: 2 * nRows }, (_, at) => (labels[at >> 1] === at % 2 ? 1 : 0)),
  nRows,
  nCols: 2,
}

describe('createJudge', () => {
  it('gives the verdict of the oracle over all runs that it saw', () => {
    const judge = createJudge(brain, topography, patterns, small)
    const half = (matrix: typeof region, from: number) => ({
      ...matrix,
      data: matrix.data.slice(from * matrix.nCols, (from + 15) * matrix.nCols),
      nRows: 15,
    })
    for (const from of [0, 15])
      judge.look(half(region, from), half(activity, from), labels.slice(from, from + 15))
    const oracle = createOracle(brain, topography, patterns, small)
    const evidence = oracleEvidence(oracle, region)
    expect(judge.score(3)).toEqual(scoreOracle(oracle, { evidence, activity, labels }, 3))
  })

  it('judges textures where the task changes textures', () => {
    const verdicts = [false, true].map((texture) => {
      const judge = createJudge(brain, topography, patterns, { ...small, texture })
      judge.look(region, activity, labels)
      return judge.score(3)
    })
    expect(verdicts[0]!.nVolumes).toBe(30)
    expect(verdicts[1]).not.toEqual(verdicts[0])
  })
})
