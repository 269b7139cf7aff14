/** Numbers -> the short text that papers print: no leading zero for proportions, a real minus sign, "-" words for what is missing. */
import type { Statistic } from '../../core/schemas/report.ts'

/**
 * A proportion with two decimals and no leading zero.
 *
 * @param value - 0..1; other numbers keep their leading digits.
 * @param nDecimals - Decimals.
 * @returns As in `.87`, `1.00`.
 * @throws Never.
 * @example
 * const text = formatProportion(0.8749) // text = '.87'
 */
export function formatProportion(value: number, nDecimals = 2): string {
  return formatDecimal(value, nDecimals).replace(/^(−?)0\./, '$1.')
}

/**
 * A number with fixed decimals.
 *
 * @param value - Any number.
 * @param nDecimals - Decimals.
 * @returns As in `0.43`, `−1.20`.
 * @throws Never.
 * @example
 * const text = formatDecimal(0.4321) // text = '0.43'
 */
export function formatDecimal(value: number, nDecimals = 2): string {
  return value.toFixed(nDecimals).replace('-', '−')
}

/**
 * A whole number with thousands apart.
 *
 * @param value - A whole number.
 * @returns As in `12 480`, with narrow no-break spaces.
 * @throws Never.
 */
export function formatCount(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f')
}

/**
 * A confidence interval.
 *
 * @param interval - Both ends, or null when there is none.
 * @param format - How to write an end.
 * @returns As in `[.84, .90]`; `none` for null.
 * @throws Never.
 * @example
 * const text = formatInterval([0.84, 0.9]) // text = '[.84, .90]'
 */
export function formatInterval(
  interval: Statistic['ci95'],
  format: (value: number) => string = formatProportion,
): string {
  return interval === null ? 'none' : `[${format(interval[0])}, ${format(interval[1])}]`
}

/**
 * A p-value, with as many digits as it deserves.
 *
 * @param p - 0..1; NaN where there is none.
 * @returns As in `.034`, `< .0001`; `–` for NaN.
 * @throws Never.
 * @example
 * const text = formatPValue(0.00001) // text = '< .0001'
 */
export function formatPValue(p: number): string {
  if (!Number.isFinite(p)) return '–'
  return p < 0.0001 ? '< .0001' : formatProportion(p, p < 0.01 ? 4 : 3)
}
