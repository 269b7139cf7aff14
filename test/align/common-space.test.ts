import { describe, expect, it } from 'vitest'
import {
  applyMapper,
  findMapperProblems,
  fitCommonSpace,
  projectSubject,
  type SubjectCalibration,
} from '../../src/align/common-space.ts'
import { fitRidgeMap } from '../../src/align/ridge-map.ts'
import { createRng } from '../../src/core/rng.ts'
import type { Matrix64 } from '../../src/core/types.ts'
import { matrix, multiply, selectRows } from '../../src/math/matrix.ts'
import { largestDifference, randomOrthogonal } from '../math/_random.ts'
import { columnCorrelation, simulateSubjects } from './_subjects.ts'

const named = (calibrations: readonly Matrix64[]): SubjectCalibration[] =>
  calibrations.map((calibration, i) => ({
    subject: `0${i + 1}`,
    calibration,
    runs: [`sub-0${i + 1}/task-calibration/run-1`],
  }))

const held = { subject: '09', runs: ['sub-09/task-calibration/run-1'] }

function trainAndHeldOut(nVoxels: number, nRows: number, seed = 1) {
  const simulated = simulateSubjects(createRng(seed), new Array<number>(4).fill(nVoxels), { nRows })
  return { training: named(simulated.slice(0, 3)), newcomer: simulated[3]! }
}

describe('fitCommonSpace', () => {
  it('holds the template, one mapper per subject and the runs it has seen, as plain data', () => {
    const { training } = trainAndHeldOut(10, 40)
    const space = fitCommonSpace(training)
    expect(space.kind).toBe('common-space')
    expect([space.template.nRows, space.template.nCols]).toEqual([40, 10])
    expect(Object.keys(space.mappers)).toEqual(['01', '02', '03'])
    expect(space.fittedOn).toEqual(training.flatMap(({ runs }) => runs))
    expect(space.mappers['02']!.fittedOn).toEqual(space.fittedOn)
    expect(structuredClone(space)).toEqual(space)
  })

  it.each(['direct', 'after'] as const)('reduces the space to components (%s)', (reduce) => {
    const { training, newcomer } = trainAndHeldOut(30, 20)
    const space = fitCommonSpace(training, { components: 6, reduce })
    const mapped = training.map(({ subject, calibration }) =>
      applyMapper(space.mappers[subject]!, calibration as Matrix64),
    )
    const stranger = applyMapper(projectSubject(space, newcomer, held), newcomer)
    expect(mapped[0]!.nCols).toBe(6)
    expect(columnCorrelation(mapped[0]!, mapped[1]!)).toBeGreaterThan(0.85)
    expect(columnCorrelation(stranger, mapped[2]!)).toBeGreaterThan(0.85)
  })

  it('reducing afterwards is the full space seen along the axes', () => {
    const { training } = trainAndHeldOut(12, 40)
    const [full, reduced] = [
      fitCommonSpace(training),
      fitCommonSpace(training, { components: 4, reduce: 'after' }),
    ]
    const { mean, axes } = reduced.reduction!
    const { calibration, subject } = training[1]!
    const whole = applyMapper(full.mappers[subject]!, calibration as Matrix64)
    const shifted = matrix(
      40,
      12,
      whole.data.map((value, i) => value - mean[i % 12]!),
    )
    const along = multiply(shifted, axes, { transB: true })
    const mapped = applyMapper(reduced.mappers[subject]!, calibration as Matrix64)
    expect(largestDifference(mapped, along)).toBeLessThan(1e-11)
  })

  it.each(['srm', 'det-srm'] as const)('finds a shared response (%s)', (method) => {
    const { training, newcomer } = trainAndHeldOut(30, 20)
    const space = fitCommonSpace(training, { method, components: 6 })
    expect([space.template.nRows, space.template.nCols]).toEqual([20, 6])
    expect(space).toMatchObject({ method, scaling: false, reduction: null })
    const mapped = training.map(({ subject, calibration }) =>
      applyMapper(space.mappers[subject]!, calibration as Matrix64),
    )
    const stranger = applyMapper(projectSubject(space, newcomer, held), newcomer)
    expect(columnCorrelation(mapped[0]!, mapped[1]!)).toBeGreaterThan(0.85)
    expect(columnCorrelation(stranger, mapped[2]!)).toBeGreaterThan(0.85)
    expect(structuredClone(space)).toEqual(space)
    expect(fitCommonSpace(training, { method, components: 6 })).toEqual(space)
    const other = fitCommonSpace(training, { method, components: 6, rng: createRng(8) })
    expect(other.template).not.toEqual(space.template)
  })

  it('gives a shared response the same space for voxels in other units, once they are z-scored', () => {
    const { training } = trainAndHeldOut(8, 20)
    const scaled = training.map((subject) => ({
      ...subject,
      calibration: matrix(
        20,
        8,
        Float64Array.from(subject.calibration.data, (x, i) => 3 + x * (1 + (i % 8))),
      ),
    }))
    const options = { method: 'srm', components: 3, zscoreAll: true } as const
    const [plain, other] = [fitCommonSpace(training, options), fitCommonSpace(scaled, options)]
    expect(largestDifference(plain.template, other.template)).toBeLessThan(1e-9)
    const map = (space: typeof plain, of: typeof training) =>
      applyMapper(space.mappers['01']!, of[0]!.calibration as Matrix64)
    expect(largestDifference(map(plain, training), map(other, scaled))).toBeLessThan(1e-9)
  })

  it('asks for the number of features of a shared response', () => {
    const { training } = trainAndHeldOut(10, 40)
    expect(() => fitCommonSpace(training, { method: 'srm' })).toThrow(
      /align\.components.*a number of features with method srm; found none/,
    )
  })

  it('names the subjects whose rows do not match', () => {
    const training = named(simulateSubjects(createRng(2), [5, 5]))
    const short = { ...training[1]!, calibration: matrix(7, 5) }
    expect(() => fitCommonSpace([training[0]!, short])).toThrowErrorMatchingInlineSnapshot(
      `[LimbicError: sub-02: The calibration of this subject does not match sub-01 row by row, so responses cannot be paired. Expected 40 rows; found 7. Try: Use the same calibration runs, cut to the same length, for every subject, or leave the subject out with \`--set data.exclude=[...]\`.]`,
    )
  })

  it('refuses blank, empty and undefined calibrations, by name', () => {
    const training = named(simulateSubjects(createRng(3), [5, 5]))
    const withCalibration = (calibration: Matrix64) => [
      training[0]!,
      { ...training[1]!, calibration },
    ]
    const blank = matrix(40, 5, new Float64Array(200).fill(2))
    expect(() => fitCommonSpace(withCalibration(blank))).toThrowErrorMatchingInlineSnapshot(
      `[LimbicError: sub-01: The calibration of this subject does not determine any alignment. Expected at least two calibration rows that differ, in voxels that vary; found 40 rows of 5 voxels with 0 dimensions in common with the template. Try: Calibrate on more or longer runs, or check that the calibration volumes are not blank.]`,
    )
    expect(() => fitCommonSpace(withCalibration(matrix(1, 5)))).toThrow(/1 rows of 5 voxels/)
    const holed = matrix(40, 5)
    holed.data[7] = NaN
    expect(() => fitCommonSpace(withCalibration(holed))).toThrow(/sub-02.*NaN in row 1, voxel 2/)
    expect(() => fitCommonSpace(training.slice(1))).toThrow(/at least 2/)
  })
})

describe('projectSubject', () => {
  it('brings a new subject into a space that stays as it is', () => {
    const { training, newcomer } = trainAndHeldOut(10, 40)
    const space = fitCommonSpace(training)
    const before = structuredClone(space)
    const mapper = projectSubject(space, newcomer, held)
    expect(space).toEqual(before)
    expect(columnCorrelation(applyMapper(mapper, newcomer), space.template)).toBeGreaterThan(0.8)
    expect(mapper.fittedOn).toEqual([...held.runs, ...space.fittedOn])
    expect(findMapperProblems(mapper)).toEqual([])
  })

  it('gives a training subject the mapper it has already', () => {
    const { training } = trainAndHeldOut(10, 40)
    for (const options of [{}, { components: 3 }, { components: 3, reduce: 'after' }] as const) {
      const space = fitCommonSpace(training, options)
      const { subject, calibration } = training[2]!
      const again = projectSubject(space, calibration, { subject, runs: [] })
      const known = space.mappers[subject]!
      const rows = calibration as Matrix64
      expect(largestDifference(applyMapper(again, rows), applyMapper(known, rows))).toBeLessThan(
        1e-11,
      )
    }
  })

  it('maps new subjects by ridge, and training subjects by Procrustes all the same', () => {
    const { training, newcomer } = trainAndHeldOut(30, 20)
    const plain = fitCommonSpace(training)
    const ridge = fitCommonSpace(training, { newSubject: { kind: 'ridge', lambda: 0.1 } })
    expect(ridge.mappers).toEqual(plain.mappers)
    const mapper = projectSubject(ridge, newcomer, held)
    const { right, left } = fitRidgeMap(newcomer, plain.template, { lambda: 0.1 })
    expect([mapper.right, mapper.left]).toEqual([right, left])
    expect(mapper.fittedOn).toEqual([...held.runs, ...ridge.fittedOn])
    const blank = matrix(20, 30)
    expect(() => projectSubject(ridge, blank, held)).toThrow(/does not determine any alignment/)
  })

  it.each(['direct', 'after'] as const)('reduces what ridge maps, too (%s)', (reduce) => {
    const { training, newcomer } = trainAndHeldOut(30, 20)
    const newSubject = { kind: 'ridge', lambda: 0.01 } as const
    const space = fitCommonSpace(training, { components: 4, reduce, newSubject })
    const stranger = applyMapper(projectSubject(space, newcomer, held), newcomer)
    const known = applyMapper(space.mappers['01']!, training[0]!.calibration as Matrix64)
    expect(columnCorrelation(stranger, known)).toBeGreaterThan(0.85)
  })

  it('pairs fewer rows, in any order, with the template rows they belong to', () => {
    const { training, newcomer } = trainAndHeldOut(10, 40)
    const space = fitCommonSpace(training)
    const rows = Int32Array.from({ length: 25 }, (_, i) => 39 - i)
    const mapper = projectSubject(space, selectRows(newcomer, rows), { ...held, rows })
    expect(columnCorrelation(applyMapper(mapper, newcomer), space.template)).toBeGreaterThan(0.7)
    const wrong = projectSubject(space, selectRows(newcomer, rows), {
      ...held,
      rows: rows.toReversed(),
    })
    expect(columnCorrelation(applyMapper(wrong, newcomer), space.template)).toBeLessThan(0.4)
  })

  it('gives the same features when the voxels of a subject are turned', () => {
    const { training, newcomer } = trainAndHeldOut(15, 12)
    const turn = randomOrthogonal(createRng(5), 15)
    const space = fitCommonSpace(training, { components: 4 })
    const turned = multiply(newcomer, turn)
    const plain = applyMapper(projectSubject(space, newcomer, held), newcomer)
    const other = applyMapper(projectSubject(space, turned, held), turned)
    expect(largestDifference(plain, other)).toBeLessThan(1e-9)
  })

  it('drops what the calibration does not determine, and says so', () => {
    const { training, newcomer } = trainAndHeldOut(30, 20)
    const space = fitCommonSpace(training, { components: 10 })
    const rows = Int32Array.of(0, 1, 2, 3, 4)
    const mapper = projectSubject(space, selectRows(newcomer, rows), { ...held, rows })
    expect(mapper.rank).toBe(4)
    expect(findMapperProblems(mapper).map(({ code, severity }) => [code, severity])).toEqual([
      ['ALIGN_RANK_REDUCED', 'warning'],
    ])
    expect(findMapperProblems(mapper)[0]!.message).toMatchInlineSnapshot(
      `"sub-09: The calibration determines 4 of the 10 dimensions of the common space; the others are left at the template's mean. Expected more than 10 calibration rows that differ; found 5 rows, 4 dimensions in common with the template. Try: Set align.components to 4 or fewer, calibrate on more runs, or select fewer voxels."`,
    )
    expect(applyMapper(mapper, newcomer).data.every(Number.isFinite)).toBe(true)
  })

  it('refuses rows that cannot be paired', () => {
    const { training, newcomer } = trainAndHeldOut(10, 40)
    const space = fitCommonSpace(training)
    const few = selectRows(newcomer, [0, 1, 2])
    expect(() => projectSubject(space, few, held)).toThrow(/sub-09.*expected 40 rows; found 3/i)
    const rows = Int32Array.of(0, 1, 40)
    expect(() => projectSubject(space, few, { ...held, rows })).toThrow(/0\.\.39/)
  })
})

describe('applyMapper', () => {
  it('keeps float32 volumes float32', () => {
    const { training, newcomer } = trainAndHeldOut(10, 40)
    const mapper = projectSubject(fitCommonSpace(training), newcomer, held)
    const wide = applyMapper(mapper, newcomer).data
    const single = applyMapper(mapper, { ...newcomer, data: Float32Array.from(newcomer.data) }).data
    expect(single).toBeInstanceOf(Float32Array)
    single.forEach((value, i) => expect(value).toBeCloseTo(wide[i]!, 4))
  })
})
