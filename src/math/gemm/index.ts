/** The dense matrix product that every layer above shares; row-major operands in float32 or float64. */
export { gemm, gemmProvider, type GemmOptions } from './gemm.ts'
export type { GemmProviderName } from './provider.ts'
