/** The one error class of limbic: a code, typed details and a message from the catalogue. */
import { errorCatalogue, type ErrorCode, type ErrorDetails } from './catalogue.ts'
import { formatErrorText, type ErrorText } from './error-text.ts'

export class LimbicError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'LimbicError'

  constructor(
    readonly code: C,
    readonly details: ErrorDetails[C],
    options?: { cause?: unknown },
  ) {
    super(formatErrorText(errorText(code, details)), options)
  }
}

/**
 * The text of a code with its details filled in.
 *
 * @param code - Code of the catalogue.
 * @param details - The details that the code needs.
 * @returns The parts of the message.
 * @throws Never.
 */
export function errorText<C extends ErrorCode>(code: C, details: ErrorDetails[C]): ErrorText {
  // The catalogue pairs each code with its own details; TypeScript cannot follow that through a union of functions.
  const template = errorCatalogue[code] as (details: ErrorDetails[C]) => ErrorText
  return template(details)
}

/**
 * Tells whether a thrown value is a LimbicError, with the given code if one is given. Works across worker threads and realms.
 *
 * @param value - Anything that was thrown.
 * @param code - The code to look for.
 * @returns Whether it is one.
 * @throws Never.
 */
export function isLimbicError<C extends ErrorCode>(
  value: unknown,
  code?: C,
): value is LimbicError<C> {
  if (!(value instanceof Error) || value.name !== 'LimbicError') return false
  return code === undefined || (value as LimbicError).code === code
}
