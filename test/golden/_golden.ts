/** Reference cases: reads the manifests below `$LIMBIC_SHARED/golden` and compares results within each case's own tolerance. */
import { readFileSync, existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseNpy, type Npy } from '../../src/io/npy.ts'
import { hasShared, sharedPath } from '../_shared.ts'

export interface GoldenTolerance {
  rtol?: number | string
  atol?: number | string
  exact?: boolean
  max_flips?: number
  max_set_differences?: number
  min_dice?: number
  columns?: number[]
  skip?: unknown
  atol_linear?: number
  informational?: boolean
  optional?: boolean
}

interface GoldenEntry {
  file?: string
  value?: unknown
  dtype?: string
  shape?: number[]
  tol?: GoldenTolerance
  peer?: string
  note?: string
}

interface RawCase {
  id: string
  description: string
  params: Record<string, unknown>
  inputs: Record<string, GoldenEntry>
  expected: Record<string, GoldenEntry>
}

/** One reference case with its files at hand. */
export class GoldenCase {
  constructor(
    readonly area: string,
    readonly raw: RawCase,
  ) {}
  get id(): string {
    return this.raw.id
  }
  get params(): Record<string, unknown> {
    return this.raw.params ?? {}
  }
  get inputNames(): string[] {
    return Object.keys(this.raw.inputs)
  }
  get expectedNames(): string[] {
    return Object.keys(this.raw.expected)
  }
  hasInput(name: string): boolean {
    return name in this.raw.inputs
  }
  hasExpected(name: string): boolean {
    return name in this.raw.expected
  }
  /** Path of an input file. */
  inputFile(name: string): string {
    return goldenPath(this.area, this.raw.inputs[name]!.file!)
  }
  /** An input array. */
  input(name: string): Npy {
    return readArray(this.inputFile(name))
  }
  /** An input array as float64. */
  input64(name: string): { data: Float64Array; shape: readonly number[] } {
    const { data, shape } = this.input(name)
    return { data: Float64Array.from(data as ArrayLike<number>), shape }
  }
  /** An input given as a JSON value. */
  inputValue(name: string): unknown {
    return decode(this.raw.inputs[name]!.value)
  }
  expectedTolerance(name: string): GoldenTolerance {
    return this.raw.expected[name]!.tol ?? {}
  }
  /** The expected numbers, flattened in C order, whether they lie in a file or in the manifest. */
  expectedNumbers(name: string): Float64Array {
    const entry = this.raw.expected[name]!
    if (entry.file === undefined) return flatten(decode(entry.value))
    return Float64Array.from(readArray(goldenPath(this.area, entry.file)).data as ArrayLike<number>)
  }
  expectedShape(name: string): readonly number[] {
    const entry = this.raw.expected[name]!
    return entry.file === undefined ? [] : readArray(goldenPath(this.area, entry.file)).shape
  }
  expectedValue(name: string): unknown {
    return decode(this.raw.expected[name]!.value)
  }
  /** Asserts that every number is within the case's tolerance: |got - expected| <= atol + rtol |expected|. Informational entries are not asserted. */
  expectClose(name: string, got: number | ArrayLike<number>): void {
    const tolerance = this.expectedTolerance(name)
    if (tolerance.informational === true) return
    const wanted = this.expectedNumbers(name)
    const found = typeof got === 'number' ? Float64Array.of(got) : got
    expect(found.length, `${this.id}.${name}: number of elements`).toBe(wanted.length)
    const shape = this.expectedShape(name)
    const nColumns = shape.at(-1) ?? 1
    const exact = tolerance.exact === true
    const rtol = exact ? 0 : Number(tolerance.rtol ?? 0)
    const atol = exact ? 0 : Number(tolerance.atol ?? 0)
    const bad: string[] = []
    for (let i = 0; i < wanted.length; i++) {
      if (tolerance.columns !== undefined && !tolerance.columns.includes(i % nColumns)) continue
      if (!isClose(found[i]!, wanted[i]!, rtol, atol))
        bad.push(`[${i}] got ${found[i]}, expected ${wanted[i]}`)
    }
    expect(
      bad.slice(0, 5),
      `${this.area}/${this.id}.${name}: ${bad.length} of ${wanted.length} outside ${JSON.stringify(tolerance)}`,
    ).toEqual([])
  }
}

/** Runs `check` once for every case of an area; without the shared folder the whole area is skipped by name. */
export function describeGolden(
  area: string,
  check: (golden: GoldenCase) => void | Promise<void>,
): void {
  if (!hasShared || !existsSync(goldenPath(area, 'manifest.json'))) {
    describe.skip(`golden ${area}: no reference cases (set LIMBIC_SHARED)`, () => {
      it('needs the shared reference cases', () => undefined)
    })
    return
  }
  const manifest = JSON.parse(readFileSync(goldenPath(area, 'manifest.json'), 'utf8')) as {
    cases: RawCase[]
  }
  describe(`golden ${area}`, () => {
    it.each(manifest.cases.map((raw) => [raw.id, new GoldenCase(area, raw)] as const))(
      '%s',
      async (_id, golden) => {
        await check(golden)
      },
    )
  })
}

/** An array of a `.npy` file. */
export function readArray(file: string): Npy {
  return parseNpy(readFileSync(file), file)
}

export const goldenPath = (area: string, file: string): string => sharedPath('golden', area, file)

function isClose(got: number, wanted: number, rtol: number, atol: number): boolean {
  if (Number.isNaN(wanted)) return Number.isNaN(got)
  if (!Number.isFinite(wanted)) return got === wanted
  return Math.abs(got - wanted) <= atol + rtol * Math.abs(wanted)
}

function decode(value: unknown): unknown {
  if (value === 'NaN') return NaN
  if (value === 'Infinity') return Infinity
  if (value === '-Infinity') return -Infinity
  if (Array.isArray(value)) return value.map(decode)
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decode(inner)]))
  return value
}

function flatten(value: unknown): Float64Array {
  return Float64Array.from([value].flat(Infinity) as number[])
}
