/** Records with undefined fields -> records without those fields, as `exactOptionalPropertyTypes` wants them. */

/**
 * Leaves out the fields that are undefined.
 *
 * @param fields - The fields.
 * @returns Those that have a value.
 * @throws Never.
 * @example
 * const fields = present({ a: 1, b: undefined }) // fields = { a: 1 }
 */
export function present<T extends object>(
  fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
