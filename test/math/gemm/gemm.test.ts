import { describe, it, expect } from 'vitest'
import fc from 'fast-check'
import { createRng } from '../../../src/core/rng.ts'
import { isLimbicError } from '../../../src/core/errors/index.ts'
import { gemm, gemmProvider } from '../../../src/math/gemm/index.ts'
import { gemmProviderNames, selectGemmProvider } from '../../../src/math/gemm/select-provider.ts'

type Numbers = new (length: number) => Float32Array | Float64Array

/** The definition, in float64, element by element. */
function reference(
  [M, N, K]: readonly [number, number, number],
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { transA = false, transB = false },
): Float64Array {
  return Float64Array.from({ length: M * N }, (_, at) => {
    const [i, j] = [Math.floor(at / N), at % N]
    let sum = 0
    for (let k = 0; k < K; k++)
      sum += a[transA ? k * M + i : i * K + k]! * b[transB ? j * K + k : k * N + j]!
    return sum
  })
}

const fill = (Type: Numbers, length: number, seed: string): Float32Array | Float64Array => {
  const rng = createRng(seed)
  return new Type(length).map(() => rng.normal())
}

const sizes = [
  [1, 1, 1],
  [1, 300, 257],
  [257, 1, 64],
  [4, 12, 256],
  [5, 13, 7],
  // beyond one panel in each direction, and in all
  [131, 13, 20],
  [5, 245, 9],
  [9, 14, 600],
  [130, 242, 33],
] as const

const forms = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => ({
  transA: (bits & 1) > 0,
  transB: (bits & 2) > 0,
  accumulate: (bits & 4) > 0,
}))

describe('gemm', () => {
  it('multiplies by hand', () => {
    const y = new Float64Array(4)
    gemm(2, 2, 2, Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6, 7, 8), y)
    expect([...y]).toEqual([19, 22, 43, 50])
    gemm(2, 2, 2, Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6, 7, 8), y, {
      transA: true,
      accumulate: true,
    })
    expect([...y]).toEqual([19 + 26, 22 + 30, 43 + 38, 50 + 44])
  })

  it.each(gemmProviderNames)('agrees with the definition in every form: %s', (name) => {
    const { multiply } = selectGemmProvider(name)
    for (const [M, N, K] of sizes)
      for (const form of forms)
        for (const Type of [Float32Array, Float64Array]) {
          const a = fill(Type, M * K, 'a')
          const b = fill(Type, K * N, 'b')
          const start = fill(Type, M * N, 'y')
          const y = start.slice()
          multiply({ M, N, K, a, b, y, ...form })
          const exact = reference([M, N, K], a, b, form)
          const tolerance = (Type === Float32Array ? 1e-5 : 1e-13) * Math.sqrt(K) * 10
          let worst = 0
          for (let i = 0; i < y.length; i++)
            worst = Math.max(worst, Math.abs(y[i]! - exact[i]! - (form.accumulate ? start[i]! : 0)))
          expect(worst, `${M} ${N} ${K} ${JSON.stringify(form)}`).toBeLessThan(tolerance)
        }
  })

  it('overwrites whatever y held, and works on views', () => {
    const heap = fill(Float32Array, 3000, 'heap') as Float32Array
    const a = heap.subarray(3, 3 + 20 * 25)
    const b = heap.subarray(1001, 1001 + 25 * 30)
    const y = heap.subarray(2001, 2001 + 600).fill(NaN)
    const after = heap[2601]
    gemm(20, 30, 25, a, b, y)
    const exact = reference([20, 30, 25], a, b, {})
    for (let i = 0; i < 600; i++) expect(y[i]).toBeCloseTo(exact[i]!, 4)
    expect(heap[2601]).toBe(after)
  })

  it('is transposed when its operands are exchanged and transposed', () => {
    const size = fc.integer({ min: 1, max: 40 })
    fc.assert(
      fc.property(size, size, size, (M, N, K) => {
        const a = fill(Float64Array, M * K, `${M}`)
        const b = fill(Float64Array, K * N, `${N}`)
        const y = new Float64Array(M * N)
        const turned = new Float64Array(M * N)
        gemm(M, N, K, a, b, y)
        gemm(N, M, K, b, a, turned, { transA: true, transB: true })
        for (let i = 0; i < M; i++)
          for (let j = 0; j < N; j++)
            if (Math.abs(y[i * N + j]! - turned[j * M + i]!) > 1e-12) return false
        return true
      }),
      { numRuns: 40 },
    )
  })

  it('takes a depth of zero and empty results', () => {
    const y = Float32Array.of(5, 6)
    gemm(1, 2, 0, new Float32Array(0), new Float32Array(0), y, { accumulate: true })
    expect([...y]).toEqual([5, 6])
    gemm(1, 2, 0, new Float32Array(0), new Float32Array(0), y)
    expect([...y]).toEqual([0, 0])
    gemm(0, 2, 3, new Float32Array(0), new Float32Array(6), new Float32Array(0))
  })

  it('refuses lengths that do not fit and mixed types', () => {
    const y = new Float32Array(4)
    const attempt = (call: () => void): unknown => {
      try {
        call()
      } catch (error) {
        return error
      }
      return undefined
    }
    const lengths = attempt(() => gemm(2, 2, 3, new Float32Array(6), new Float32Array(5), y))
    expect(isLimbicError(lengths, 'SHAPE_MISMATCH')).toBe(true)
    const types = attempt(() => gemm(2, 2, 2, new Float32Array(4), new Float64Array(4), y))
    expect(isLimbicError(types, 'VALUE_INVALID')).toBe(true)
  })

  it('names a provider of the list', () => {
    expect(gemmProviderNames).toContain(gemmProvider())
  })
})

describe('selectGemmProvider', () => {
  it('refuses a name it does not know', () => {
    expect(() => selectGemmProvider('abacus')).toThrowErrorMatchingInlineSnapshot(
      `[LimbicError: LIMBIC_GEMM: The matrix product "abacus" does not work on this machine: no such provider. Expected one of onnxruntime, wasm, javascript; found abacus. Try: Unset LIMBIC_GEMM to let limbic choose, or name another provider.]`,
    )
  })
})
