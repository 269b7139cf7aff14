import { describe, expect, it } from 'vitest'
import { isParcelSpace, parcelsOf } from '../../../src/evaluate/protocol/parcels.ts'
import { fitPopulation, populationKey } from '../../../src/evaluate/protocol/population.ts'
import { runStrictFold } from '../../../src/evaluate/protocol/strict.ts'
import { makeContext, makePipeline, makeStudy } from './_study.ts'

const parcels = Int32Array.from({ length: 12 }, (_, voxel) => (voxel < 6 ? 1 : 2))
const divided = makeStudy().map((subject) => ({ ...subject, parcels }))

describe('parcelsOf', () => {
  it('looks up the parcel of each voxel', () => {
    expect([...parcelsOf({ parcels }, Int32Array.of(11, 0, 99))!]).toEqual([2, 1, 0])
    expect(parcelsOf({}, Int32Array.of(1))).toBeUndefined()
  })
})

describe('alignment in parcels', () => {
  it('has a common space for each, and decodes a subject through both', async () => {
    const population = await fitPopulation(makeContext(), divided.slice(1), 'calibrated')
    expect(isParcelSpace(population.commonSpace!)).toBe(true)
    const fold = await runStrictFold(makeContext(), divided, '01')
    expect(fold.nComponents).toBe(6)
    expect(fold.models.lda!.calibrated.balancedAccuracy).toBeGreaterThan(0.75)
  })

  it('lets folds choose how new subjects are mapped', async () => {
    const choose = {
      grid: { 'align.newSubject': [{ kind: 'ridge', lambda: 0.1 }, { kind: 'procrustes' }] },
      innerSubjects: 'all' as const,
      by: 'accuracy' as const,
    }
    const fold = await runStrictFold(makeContext({ ...makePipeline(), choose }), divided, '01')
    expect(fold.choices).toHaveProperty(['align.newSubject'])
  })

  it('is another population than that of the whole', async () => {
    const context = makeContext()
    expect(populationKey(context, divided, 'calibrated')).not.toEqual(
      populationKey(context, makeStudy(), 'calibrated'),
    )
    const whole = await fitPopulation(context, makeStudy(), 'calibrated')
    expect(isParcelSpace(whole.commonSpace!)).toBe(false)
  })
})
