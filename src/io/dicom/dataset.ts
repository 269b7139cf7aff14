/** Elements of a parsed DICOM dataset -> texts and numbers, or undefined when absent, empty or too short. Tags are written `xGGGGEEEE`. */
import type { DataSet } from 'dicom-parser'

/**
 * The text of an element, without padding.
 *
 * @param dataSet - The dataset.
 * @param tag - The tag.
 * @returns The text with its `\` separators, or undefined when empty.
 * @throws Never.
 */
export function textOf(dataSet: DataSet | undefined, tag: string): string | undefined {
  const bytes = bytesOf(dataSet, tag)
  if (bytes === undefined || bytes.length > 4096) return undefined
  const text = new TextDecoder('latin1').decode(bytes).split('\0')[0]!.trim()
  return text === '' ? undefined : text
}

/**
 * The decimal numbers of an element of type DS or IS.
 *
 * @param dataSet - The dataset.
 * @param tag - The tag.
 * @returns The numbers, or undefined when there are none or one of them is not finite.
 * @throws Never.
 */
export function decimalsOf(dataSet: DataSet | undefined, tag: string): number[] | undefined {
  const parts = textOf(dataSet, tag)?.split('\\')
  const numbers = parts?.map((part) => (part.trim() === '' ? NaN : Number(part)))
  return numbers?.every(Number.isFinite) === true ? numbers : undefined
}

/**
 * The first decimal number of an element of type DS or IS.
 *
 * @param dataSet - The dataset.
 * @param tag - The tag.
 * @returns The number, or undefined.
 * @throws Never.
 */
export function decimalOf(dataSet: DataSet | undefined, tag: string): number | undefined {
  return decimalsOf(dataSet, tag)?.[0]
}

type BinaryType = 'uint16' | 'int16' | 'uint32' | 'int32' | 'float' | 'double'

const sizes: Record<BinaryType, number> = {
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float: 4,
  double: 8,
}

/**
 * The binary numbers of an element.
 *
 * @param dataSet - The dataset.
 * @param tag - The tag.
 * @param type - How each number is stored.
 * @returns The numbers, or undefined when there is none.
 * @throws Never.
 */
export function binariesOf(
  dataSet: DataSet | undefined,
  tag: string,
  type: BinaryType,
): number[] | undefined {
  const length = bytesOf(dataSet, tag)?.length ?? 0
  const count = Math.min(4096, Math.floor(length / sizes[type]))
  if (dataSet === undefined || count === 0) return undefined
  return Array.from({ length: count }, (_, i) => dataSet[type](tag, i) ?? NaN)
}

/**
 * The first binary number of an element.
 *
 * @param dataSet - The dataset.
 * @param tag - The tag.
 * @param type - How it is stored.
 * @returns The number, or undefined when it is absent or not finite.
 * @throws Never.
 */
export function binaryOf(
  dataSet: DataSet | undefined,
  tag: string,
  type: BinaryType,
): number | undefined {
  const value = binariesOf(dataSet, tag, type)?.[0]
  return value !== undefined && Number.isFinite(value) ? value : undefined
}

/**
 * The raw bytes of an element that holds no items.
 *
 * @param dataSet - The dataset.
 * @param tag - The tag.
 * @returns A view of the bytes, or undefined when the element is absent or empty or goes past the end of the file.
 * @throws Never.
 */
export function bytesOf(dataSet: DataSet | undefined, tag: string): Uint8Array | undefined {
  const element = dataSet?.elements[tag]
  if (dataSet === undefined || element === undefined || !(element.length > 0)) return undefined
  const end = element.dataOffset + element.length
  if (end > dataSet.byteArray.length) return undefined
  return dataSet.byteArray.subarray(element.dataOffset, end)
}

/**
 * The items of a sequence.
 *
 * @param dataSet - The dataset.
 * @param tag - The tag.
 * @returns The datasets of the items, none when the sequence is absent.
 * @throws Never.
 */
export function itemsOf(dataSet: DataSet | undefined, tag: string): DataSet[] {
  const items = dataSet?.elements[tag]?.items ?? []
  return items.flatMap((item) => (item.dataSet === undefined ? [] : [item.dataSet]))
}

/**
 * A DICOM time or date-and-time as a time of day; the date is dropped.
 *
 * @param text - `HHMMSS.ffffff` or `YYYYMMDDHHMMSS.ffffff[+ZZZZ]`.
 * @returns Seconds since midnight, or undefined when the text is not a time.
 * @throws Never.
 * @example
 * const seconds = secondsOfDay('20181022083634.135') // seconds = 30994.135
 */
export function secondsOfDay(text: string | undefined): number | undefined {
  const match = /^(?:\d{8})?(\d{2})(\d{2})(\d{2}(?:\.\d+)?)/.exec(text ?? '')
  if (match === null) return undefined
  const seconds = Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3])
  return Number(seconds.toFixed(6))
}
