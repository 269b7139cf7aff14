/** File names -> 0-based indices of volumes; numbers are taken from the name by a pattern, never from the order of arrival. */
import { LimbicError } from '../../core/errors/index.ts'

/** How volumes are numbered. */
export interface NumberRule {
  /** Names must match it; its group `volume`, if it has one, holds the number. */
  readonly pattern: RegExp
  /** The number that the first volume has in its name. */
  readonly firstIndex: number
}

/**
 * Makes a pattern out of the text of a user.
 *
 * @param text - A regular expression for the whole name of a file, with or without a group named `volume`.
 * @returns The pattern; it must match from the beginning of a name to its end.
 * @throws {LimbicError} `OPTION_INVALID` when it is no regular expression.
 * @example
 * const matches = namePattern('vol_(?<volume>\\d+)[.]nii').test('vol_7.nii') // matches = true
 */
export function namePattern(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`)
  } catch (cause) {
    throw new LimbicError(
      'OPTION_INVALID',
      {
        option: '--pattern',
        expected: 'a regular expression, as `vol_(?<volume>\\d+)\\.nii`',
        found: text,
      },
      { cause },
    )
  }
}

/**
 * The index of a volume by the name of its file.
 *
 * @param name - The name without folders.
 * @param rule - The pattern, and the number of the first volume.
 * @returns The 0-based index; undefined when the pattern has no group `volume` or it matched nothing.
 * @throws {LimbicError} `RT_INDEX_UNKNOWN` when the number is no index: below the first one, or beyond 2^31.
 * @example
 * const index = indexOfName('vol_008.nii', { pattern: /(?<volume>\d+)/, firstIndex: 1 }) // index = 7
 */
export function indexOfName(name: string, { pattern, firstIndex }: NumberRule): number | undefined {
  const digits = pattern.exec(name)?.groups?.volume
  if (digits === undefined || digits === '') return undefined
  return indexOfNumber(Number(digits), firstIndex, name)
}

/**
 * A number that counts from anywhere as an index.
 *
 * @param number - The number as a name or a header gives it.
 * @param firstIndex - The number of the first volume.
 * @param file - Where it stands, for the message.
 * @returns The 0-based index.
 * @throws {LimbicError} `RT_INDEX_UNKNOWN` when it is no index.
 */
export function indexOfNumber(number: number, firstIndex: number, file: string): number {
  const index = number - firstIndex
  if (Number.isInteger(index) && index >= 0 && index < 2 ** 31) return index
  throw new LimbicError('RT_INDEX_UNKNOWN', {
    file,
    expected: `a whole number from ${firstIndex} on`,
    found: `${number}`,
  })
}
