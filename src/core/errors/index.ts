/** Errors and findings: what went wrong, where, and what to try. */
export { LimbicError, errorText, isLimbicError } from './limbic-error.ts'
export { errorCatalogue, type ErrorCode, type ErrorDetails } from './catalogue.ts'
export { formatErrorText, type ErrorText } from './error-text.ts'
export { createFinding, formatFinding, type Finding, type Severity } from './finding.ts'
export { shortenFindings } from './shorten-findings.ts'
