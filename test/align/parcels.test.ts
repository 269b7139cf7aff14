import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyMapper, fitCommonSpace, projectSubject } from '../../src/align/common-space.ts'
import { fitParcelSpace, projectParcels } from '../../src/align/parcels.ts'
import { createRng } from '../../src/core/rng.ts'
import { matrix } from '../../src/math/matrix.ts'

const nRows = 30
const nVoxels = 8
const parcels = Int32Array.of(2, 2, 2, 2, 5, 5, 5, 5)

/** Subjects that show two latent courses in each parcel, through voxels of their own. */
function study(seed: string, nSubjects = 4) {
  const shared = createRng(`${seed} latent`)
  const latents = Array.from({ length: nRows * 4 }, () => shared.normal())
  return Array.from({ length: nSubjects }, (_, s) => {
    const rng = createRng(`${seed} ${s}`)
    const mixing = Array.from({ length: 2 * nVoxels }, () => rng.normal())
    const data = Float64Array.from({ length: nRows * nVoxels }, (_, i) => {
      const [row, voxel] = [Math.floor(i / nVoxels), i % nVoxels]
      const first = voxel < 4 ? 0 : 2
      return [0, 1].reduce(
        (sum, l) => sum + latents[row * 4 + first + l]! * mixing[voxel * 2 + l]!,
        0.05 * rng.normal(),
      )
    })
    const subject = `0${s + 1}`
    return {
      subject,
      runs: [`sub-${subject}/film`],
      parcels,
      calibration: matrix(nRows, nVoxels, data),
    }
  })
}

describe('fitParcelSpace', () => {
  it('is the common space itself with a single parcel', () => {
    const one = study('single').map((own) => ({ ...own, parcels: new Int32Array(nVoxels).fill(3) }))
    const whole = fitCommonSpace(one, { components: 2 })
    const space = fitParcelSpace(one, { components: 2 })
    expect([...space.template.data]).toEqual([...whole.template.data])
    const rows = one[1]!.calibration
    const mapped = applyMapper(space.mappers['02']!, rows)
    const direct = applyMapper(whole.mappers['02']!, rows)
    mapped.data.forEach((value, i) => {
      expect(value).toBeCloseTo(direct.data[i]!, 9)
    })
  })

  it('never mixes parcels: what changes in one leaves the dimensions of the other alone', () => {
    const space = fitParcelSpace(study('mix'), { components: 2 })
    expect(space.template.nCols).toBe(4)
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (change) => {
          const rows = matrix(1, nVoxels, Float64Array.from([...change, 1, 2, 3, 4]))
          const plain = matrix(1, nVoxels, Float64Array.of(0, 0, 0, 0, 1, 2, 3, 4))
          const map = space.mappers['03']!
          expect([...applyMapper(map, rows).data.slice(2)]).toEqual([
            ...applyMapper(map, plain).data.slice(2),
          ])
        },
      ),
    )
  })

  it('leaves out voxels of no parcel, and parcels that a subject has no voxel of', () => {
    const gap = study('gap').map((own, s) => ({
      ...own,
      parcels: Int32Array.of(0, 2, 2, 2, 5, 5, s === 0 ? 7 : 5, s === 0 ? 7 : 5),
    }))
    const space = fitParcelSpace(gap, { components: 2 })
    expect(space.parcels.map(({ parcel }) => parcel)).toEqual([2, 5])
    const { right } = space.mappers['01']!
    for (const voxel of [0, 6, 7])
      expect(right.data.slice(voxel * 4, voxel * 4 + 4).every((x) => x === 0)).toBe(true)
  })

  it('refuses parcels that no two subjects share', () => {
    const none = study('none').map((own, s) => ({
      ...own,
      parcels: new Int32Array(nVoxels).fill(s),
    }))
    expect(() => fitParcelSpace(none, {})).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }) as Error,
    )
  })
})

describe('projectParcels', () => {
  const [held, ...training] = study('project')
  const space = fitParcelSpace(training, { components: 2 })

  it('brings a new subject to the template, parcel by parcel', () => {
    const options = { subject: '01', runs: held!.runs }
    const mapper = projectParcels(space, held!.calibration, { ...options, parcels })
    const mapped = applyMapper(mapper, held!.calibration)
    const misfit = mapped.data.reduce((sum, x, i) => sum + (x - space.template.data[i]!) ** 2, 0)
    const size = space.template.data.reduce((sum, x) => sum + x * x, 0)
    expect(misfit / size).toBeLessThan(0.15)
    expect(mapper.rank).toBe(4)
    expect(mapper.fittedOn).toEqual(expect.arrayContaining([held!.runs[0], 'sub-02/film']))
    const own = projectSubject(
      space.parcels[0]!.space,
      matrix(
        nRows,
        4,
        held!.calibration.data.filter((_, i) => i % 8 < 4),
      ),
      options,
    )
    const first = applyMapper(own, matrix(1, 4, Float64Array.of(1, 2, 3, 4)))
    const joined = applyMapper(mapper, matrix(1, 8, Float64Array.of(1, 2, 3, 4, 0, 0, 0, 0)))
    expect(joined.data[0]).toBeCloseTo(first.data[0]!, 9)
  })

  it('maps a parcel without voxels to its mean, and refuses a subject without any', () => {
    const options = { subject: '01', runs: held!.runs }
    const half = projectParcels(space, held!.calibration, {
      ...options,
      parcels: Int32Array.of(2, 2, 2, 2, 9, 9, 9, 9),
    })
    const mapped = applyMapper(half, held!.calibration)
    expect(mapped.data[2]).toBe(mapped.data[6])
    expect(half.rank).toBe(2)
    const nowhere = { ...options, parcels: new Int32Array(nVoxels) }
    expect(() => projectParcels(space, held!.calibration, nowhere)).toThrow(
      expect.objectContaining({ code: 'ALIGN_RANK_DEFICIENT' }) as Error,
    )
  })
})
