/** Errors <-> plain data, to cross from a worker thread or another machine with code and details intact. */
import { errorCatalogue, type ErrorCode } from './catalogue.ts'
import { isLimbicError, LimbicError } from './limbic-error.ts'

/** An error as plain data. `code` is null when it was none of ours. */
export interface Failure {
  readonly code: string | null
  readonly details: unknown
  readonly message: string
  readonly stack: string
}

/**
 * Takes an error apart.
 *
 * @param error - Anything that was thrown.
 * @returns Plain data.
 * @throws Never.
 */
export function describeFailure(error: unknown): Failure {
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return isLimbicError(error)
    ? { code: error.code, details: error.details, message, stack: stack ?? message }
    : { code: null, details: null, message, stack: stack ?? message }
}

/**
 * Puts an error together again.
 *
 * @param failure - What `describeFailure` gave.
 * @returns A LimbicError when it was one.
 * @throws Never.
 */
export function reviveError(failure: Failure): Error {
  if (failure.code !== null && failure.code in errorCatalogue)
    return new LimbicError(failure.code as ErrorCode, failure.details as never)
  const error = new Error(failure.message)
  error.stack = failure.stack
  return error
}
