/** Chooses the implementation of the matrix product: the fastest that loads here and multiplies correctly. */
import { LimbicError } from '../../core/errors/index.ts'
import type { FloatArray } from '../../core/types.ts'
import { multiplyInJavaScript } from './javascript.ts'
import { openOnnxRuntimeGemm } from './onnxruntime.ts'
import type { GemmProvider, GemmProviderName } from './provider.ts'
import { openWasmGemm } from './wasm.ts'

const openers: Readonly<Record<GemmProviderName, () => GemmProvider>> = {
  onnxruntime: openOnnxRuntimeGemm,
  wasm: openWasmGemm,
  javascript: () => ({ name: 'javascript', multiply: multiplyInJavaScript }),
}

/** Fastest first. */
export const gemmProviderNames = Object.keys(openers) as readonly GemmProviderName[]

/**
 * The fastest provider that works, or the one that is asked for.
 *
 * @param forced - Name of a provider, as in the environment variable LIMBIC_GEMM; empty or undefined chooses.
 * @returns The provider, probed.
 * @throws {LimbicError} `GEMM_UNAVAILABLE` when the provider asked for is unknown or does not work here.
 */
export function selectGemmProvider(forced?: string): GemmProvider {
  if (forced !== undefined && forced !== '') return openForced(forced)
  for (const name of gemmProviderNames) {
    const attempt = tryOpen(name)
    if ('provider' in attempt) return attempt.provider
  }
  throw new LimbicError('INTERNAL', { what: 'the plain matrix product fails its own probe' })
}

function openForced(name: string): GemmProvider {
  const known = gemmProviderNames.find((candidate) => candidate === name)
  const attempt = known === undefined ? { reason: 'no such provider' } : tryOpen(known)
  if ('provider' in attempt) return attempt.provider
  throw new LimbicError('GEMM_UNAVAILABLE', {
    name,
    known: gemmProviderNames,
    reason: attempt.reason,
  })
}

function tryOpen(name: GemmProviderName): { provider: GemmProvider } | { reason: string } {
  try {
    const provider = openers[name]()
    return isCorrect(provider) ? { provider } : { reason: 'it multiplies wrongly' }
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) }
  }
}

/** A small product in every form that callers use; whole numbers, so that every correct provider agrees exactly. */
function isCorrect(provider: GemmProvider): boolean {
  return [0, 1, 2, 3, 4, 5, 6, 7].every(
    (form) =>
      isCorrectFor(provider, form, Float32Array) && isCorrectFor(provider, form, Float64Array),
  )
}

function isCorrectFor(
  provider: GemmProvider,
  form: number,
  Numbers: new (length: number) => FloatArray,
): boolean {
  const [M, N, K] = [5, 13, 7]
  const a = new Numbers(M * K).map((_, i) => ((i * 7) % 11) - 5)
  const b = new Numbers(K * N).map((_, i) => ((i * 5) % 13) - 6)
  const y = new Numbers(M * N).map((_, i) => i % 3)
  const expected = y.slice()
  const call = {
    ...{ M, N, K, a, b },
    transA: (form & 1) > 0,
    transB: (form & 2) > 0,
    accumulate: (form & 4) > 0,
  }
  provider.multiply({ ...call, y })
  multiplyInJavaScript({ ...call, y: expected })
  return y.every((value, i) => value === expected[i])
}
