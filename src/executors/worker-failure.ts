/** Errors as plain data, to cross from a worker thread with code and details intact. */
import { errorCatalogue, isLimbicError, LimbicError, type ErrorCode } from '../core/errors/index.ts'

export interface WorkerFailure {
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
export function describeFailure(error: unknown): WorkerFailure {
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
export function reviveError(failure: WorkerFailure): Error {
  if (failure.code !== null && failure.code in errorCatalogue)
    return new LimbicError(failure.code as ErrorCode, failure.details as never)
  const error = new Error(failure.message)
  error.stack = failure.stack
  return error
}
