/** Regularised incomplete beta function and its inverse: the one integral behind the F, t and binomial distributions. Scalars in, scalars out. */
import { logGamma } from './gamma.ts'

/**
 * Regularised incomplete beta function I_x(a, b), the distribution function of Beta(a, b).
 *
 * @param x - Upper limit, 0..1.
 * @param a - First shape, > 0.
 * @param b - Second shape, > 0.
 * @param y - `1 - x`, for callers who know it more exactly than a subtraction would give it.
 * @returns I_x(a, b) in 0..1, relatively accurate to about 1e-12 down to the smallest normal numbers; NaN outside the domain.
 * @throws Never.
 * @remarks Continued fraction (DLMF 8.17.22) by Lentz's method; O(sqrt(max(a, b))) steps.
 * @example
 * const half = incompleteBeta(0.5, 1, 1) // half = 0.5
 */
export function incompleteBeta(x: number, a: number, b: number, y: number = 1 - x): number {
  if (!(x >= 0 && y >= 0 && a > 0 && b > 0)) return NaN
  if (x === 0) return 0
  if (y === 0) return 1
  // The fraction converges fast below the mean; above it, the other tail is the small one.
  return x * (a + b + 2) < a + 1 ? lowerTail(x, y, a, b) : 1 - lowerTail(y, x, b, a)
}

/**
 * Quantile of Beta(a, b): the x for which I_x(a, b) = p.
 *
 * @param p - Probability, 0..1.
 * @param a - First shape, > 0.
 * @param b - Second shape, > 0.
 * @returns x in 0..1; NaN outside the domain.
 * @throws Never.
 * @remarks Newton's method kept inside a shrinking bracket.
 */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1 && a > 0 && b > 0)) return NaN
  if (p === 0 || p === 1) return p
  let low = 0
  let high = 1
  let x = a / (a + b)
  for (let step = 0; step < 2000; step++) {
    const miss = incompleteBeta(x, a, b) - p
    if (miss === 0) return x
    if (miss > 0) high = x
    else low = x
    const density = Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logBeta(a, b))
    let next = x - miss / density
    if (!(next > low && next < high)) next = (low + high) / 2
    if (Math.abs(next - x) <= 1e-16 * next) return next
    x = next
  }
  return x
}

/**
 * Logarithm of the beta function, ln B(a, b).
 *
 * @param a - First shape, > 0.
 * @param b - Second shape, > 0.
 * @returns ln B(a, b).
 * @throws Never.
 */
export function logBeta(a: number, b: number): number {
  const small = Math.min(a, b)
  const large = Math.max(a, b)
  const sum = a + b
  if (large < 10) return logGamma(small) + logGamma(large) - logGamma(sum)
  // With large arguments the logarithms of the gamma functions cancel; Stirling's leading terms are therefore combined by hand.
  const corrections = stirlingCorrection(large) - stirlingCorrection(sum)
  const leading = (large - 0.5) * -Math.log1p(small / large)
  if (small < 10) return logGamma(small) + corrections + leading - small * Math.log(sum) + small
  return (
    0.5 * Math.log((2 * Math.PI) / small) +
    stirlingCorrection(small) +
    corrections +
    leading +
    small * (Math.log(small) - Math.log(sum))
  )
}

function lowerTail(x: number, y: number, a: number, b: number): number {
  const logX = x < y ? Math.log(x) : Math.log1p(-y)
  const logY = y <= x ? Math.log(y) : Math.log1p(-x)
  const front = Math.exp(a * logX + b * logY - logBeta(a, b)) / a
  return front === 0 ? 0 : front * continuedFraction(x, a, b)
}

function continuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  const guard = (value: number): number => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1))
  let result = d
  for (let m = 1; m < 100000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / guard(1 + even * d)
    c = guard(1 + even / c)
    result *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / guard(1 + odd * d)
    c = guard(1 + odd / c)
    const factor = d * c
    result *= factor
    if (Math.abs(factor - 1) < 1e-15) break
  }
  return result
}

/** What Stirling's leading terms leave of ln Gamma(z), z >= 10 (Abramowitz and Stegun 6.1.41). */
function stirlingCorrection(z: number): number {
  const r = 1 / (z * z)
  return (
    (1 / 12 -
      r *
        (1 / 360 -
          r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - r * (691 / 360360 - r / 156)))))) /
    z
  )
}
