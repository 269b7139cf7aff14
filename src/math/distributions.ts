/** Probabilities and quantiles of the F, t, normal and binomial distributions. Scalars in, scalars out. */
import { betaQuantile, incompleteBeta } from './beta.ts'

/**
 * Upper tail of the F distribution, the p-value of an analysis of variance.
 *
 * @param f - F statistic, >= 0.
 * @param dfBetween - Numerator degrees of freedom.
 * @param dfWithin - Denominator degrees of freedom.
 * @returns P(F >= f), relatively accurate into the far tail; 0 for an infinite F and NaN for NaN.
 * @throws Never.
 * @example
 * const p = fUpperTail(0, 2, 10) // p = 1
 */
export function fUpperTail(f: number, dfBetween: number, dfWithin: number): number {
  if (Number.isNaN(f)) return NaN
  if (f === Infinity) return 0
  if (f <= 0) return 1
  const weighted = dfBetween * f
  const total = dfWithin + weighted
  return incompleteBeta(dfWithin / total, dfWithin / 2, dfBetween / 2, weighted / total)
}

/**
 * Two-sided p-value of a t statistic.
 *
 * @param t - Value, of either sign.
 * @param df - Degrees of freedom, > 0.
 * @returns P(|T| >= |t|), relatively accurate into the far tail.
 * @throws Never.
 */
export function studentTTwoSided(t: number, df: number): number {
  return fUpperTail(t * t, 1, df)
}

/**
 * Quantile of Student's t, for confidence intervals.
 *
 * @param p - Probability, 0..1.
 * @param df - Degrees of freedom, > 0.
 * @returns The t with P(T <= t) = p; NaN outside the domain.
 * @throws Never.
 */
export function studentTQuantile(p: number, df: number): number {
  if (!(p >= 0 && p <= 1)) return NaN
  if (p > 0.5) return -studentTQuantile(1 - p, df)
  if (p === 0) return -Infinity
  if (p === 0.5) return 0
  // Of x = df / (df + t^2) and 1 - x, the smaller one is found, so that neither is a difference of near-equal numbers.
  if (p < 0.25) {
    const x = betaQuantile(2 * p, df / 2, 0.5)
    return -Math.sqrt((df * (1 - x)) / x)
  }
  const y = betaQuantile(1 - 2 * p, 0.5, df / 2)
  return -Math.sqrt((df * y) / (1 - y))
}

/**
 * Distribution function of the standard normal.
 *
 * @param z - Value.
 * @returns P(Z <= z), relatively accurate in the lower tail.
 * @throws Never.
 * @example
 * const p = normalCdf(0) // p = 0.5
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return NaN
  const beyond = normalTail(Math.abs(z))
  return z > 0 ? 1 - beyond : beyond
}

/**
 * Quantile of the standard normal.
 *
 * @param p - Probability, 0..1.
 * @returns The z with P(Z <= z) = p; NaN outside the domain.
 * @throws Never.
 * @remarks Acklam's rational start, two Halley steps on the exact distribution function.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN
  if (p > 0.5) return -normalQuantile(1 - p)
  if (p === 0) return -Infinity
  let z = roughNormalQuantile(p)
  for (let step = 0; step < 2; step++) {
    const miss = (normalCdf(z) - p) * Math.sqrt(2 * Math.PI) * Math.exp((z * z) / 2)
    z -= miss / (1 + (z * miss) / 2)
  }
  return z
}

/**
 * Upper tail of the binomial distribution: the chance of at least `nHits` hits by guessing.
 *
 * @param nHits - Number of successes.
 * @param nTrials - Number of trials.
 * @param p - Chance of one success, 0..1.
 * @returns P(X >= nHits), relatively accurate into the far tail.
 * @throws Never.
 * @example
 * const certain = binomialUpperTail(0, 10, 0.5) // certain = 1
 */
export function binomialUpperTail(nHits: number, nTrials: number, p: number): number {
  if (nHits <= 0) return 1
  if (nHits > nTrials) return 0
  return incompleteBeta(p, nHits, nTrials - nHits + 1)
}

/** P(Z >= z) for z >= 0. */
function normalTail(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  if (z < 3) {
    // Abramowitz and Stegun 26.2.11: all terms are positive.
    let term = z
    let sum = z
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (z * z) / (2 * n + 1)
      sum += term
    }
    return 0.5 - density * sum
  }
  if (density === 0) return 0
  // Abramowitz and Stegun 26.2.14, evaluated from the end.
  let fraction = z
  for (let n = 100; n > 0; n--) fraction = z + n / fraction
  return density / fraction
}

function roughNormalQuantile(p: number): number {
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p))
    return (
      (((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q -
        2.549732539343734) *
        q +
        4.374664141464968) *
        q +
        2.938163982698783) /
      ((((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q +
        3.754408661907416) *
        q +
        1)
    )
  }
  const q = p - 0.5
  const r = q * q
  return (
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r +
      138.357751867269) *
      r -
      30.66479806614716) *
      r +
      2.506628277459239) *
      q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r +
      66.80131188771972) *
      r -
      13.28068155288572) *
      r +
      1)
  )
}
