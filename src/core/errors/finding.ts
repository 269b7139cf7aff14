/** Problems in data, collected and reported together instead of thrown one by one. */
import type { ErrorCode, ErrorDetails } from './catalogue.ts'
import { formatErrorText } from './error-text.ts'
import { errorText } from './limbic-error.ts'

export type Severity = 'error' | 'warning'

/** One problem in the data. */
export interface Finding {
  readonly code: ErrorCode
  readonly severity: Severity
  /** The whole paragraph: where, expected, found, remedy. */
  readonly message: string
}

/**
 * Makes a finding out of a code of the error catalogue.
 *
 * @param severity - `error` stops the run; `warning` is reported with the results.
 * @param code - Code of the catalogue.
 * @param details - The details that the code needs.
 * @returns The finding.
 * @throws Never.
 */
export function createFinding<C extends ErrorCode>(
  severity: Severity,
  code: C,
  details: ErrorDetails[C],
): Finding {
  return { code, severity, message: formatErrorText(errorText(code, details)) }
}

/**
 * One finding as a line for the terminal.
 *
 * @param finding - The finding.
 * @returns `ERROR CODE message`.
 * @throws Never.
 */
export function formatFinding(finding: Finding): string {
  return `${finding.severity.toUpperCase()} ${finding.code} ${finding.message}`
}
