import { describe, expect, it } from 'vitest'
import {
  fitPaperPopulation,
  paperPopulationKey,
} from '../../../../src/evaluate/protocol/paper/paper-population.ts'
import { readAsPublished } from '../../../../src/evaluate/protocol/paper/whole-run.ts'
import { makeContext, makeStudy } from '../_study.ts'
import { makePaperPipeline } from './_paper.ts'

const read = (study = makeStudy()) =>
  study.map((one) => readAsPublished(one, { wholeRun: 'zscore' }))

describe('fitPaperPopulation', () => {
  it('has seen every labelled run of everybody, and says so', async () => {
    const subjects = read()
    const population = await fitPaperPopulation(makeContext(makePaperPipeline()), subjects)
    const all = subjects.flatMap(({ runs }) => runs.map(({ key }) => key))
    expect(population.commonSpace!.fittedOn).toEqual(all)
    expect(population.calibrations['02']!.selection.fittedOn).toEqual(
      subjects[1]!.runs.map(({ key }) => key),
    )
    expect(population.calibrations['02']!.mapper!.fittedOn).toEqual(all)
  })

  it('refuses to pair volumes by position when subjects have unequal numbers of them', async () => {
    const subjects = read()
    const shorter = { ...subjects[1]!, runs: subjects[1]!.runs.slice(1) }
    const context = makeContext(makePaperPipeline(['align.match=time']))
    await expect(
      fitPaperPopulation(context, [subjects[0]!, shorter, ...subjects.slice(2)]),
    ).rejects.toMatchObject({ code: 'CALIBRATION_RUNS_DIFFER' })
  })

  it('depends on the labels of everybody', () => {
    const context = makeContext(makePaperPipeline())
    const changed = makeStudy({ subject: '05', labels: (old) => old.map((label) => 2 - label) })
    expect(paperPopulationKey(context, read(changed))).not.toEqual(
      paperPopulationKey(context, read()),
    )
  })
})
