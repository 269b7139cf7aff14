/** The gamma function's logarithm and the gamma distribution's density: number in, number out. */

// Lanczos approximation, g = 7, nine terms (Godfrey's coefficients): relative error of the gamma function below 1e-14.
const lanczosG = 7
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
] as const

/**
 * Natural logarithm of the gamma function.
 *
 * @param x - Any real number.
 * @returns `ln |gamma(x)|`; `Infinity` at 0 and at the negative integers; `NaN` for `NaN`.
 * @throws Never.
 * @remarks Lanczos (1964), SIAM J. Numer. Anal. B 1:86-96, with the reflection formula below 0.5.
 * @example
 * const value = Math.round(Math.exp(logGamma(5))) // value = 24
 */
export function logGamma(x: number): number {
  if (x === Infinity) return Infinity
  if (x <= 0 && Number.isInteger(x)) return Infinity
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x)
  if (x === 1 || x === 2) return 0
  const z = x - 1
  let series: number = lanczos[0]
  for (let i = 1; i < lanczos.length; i++) series += lanczos[i]! / (z + i)
  const t = z + lanczosG + 0.5
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(series)
}

/**
 * Density of the gamma distribution.
 *
 * @param x - Where to evaluate it.
 * @param shape - Shape parameter, above 0.
 * @param scale - Scale parameter, above 0; the mean is `shape * scale`.
 * @returns The density; 0 below the support.
 * @throws Never.
 * @remarks `x^(shape-1) exp(-x/scale) / (gamma(shape) scale^shape)`, evaluated by logarithms.
 * @example
 * const density = gammaPdf(0, 1, 2) // density = 0.5
 */
export function gammaPdf(x: number, shape: number, scale = 1): number {
  const y = x / scale
  if (y < 0) return 0
  if (y === 0) return shape > 1 ? 0 : shape === 1 ? 1 / scale : Infinity
  return Math.exp((shape - 1) * Math.log(y) - y - logGamma(shape)) / scale
}
