/** The private "CSA" header of Siemens scanners, in its two versions -> names and texts. */

const maxElements = 4096
const maxItems = 4096

/**
 * Parses a CSA header, version 1 (`numaris 3`, no signature) or 2 (`SV10`).
 *
 * @param bytes - The value of element (0029,1010) or (0029,1020).
 * @returns The texts of each element by name; elements from where the header is damaged on are left out.
 * @throws Never.
 * @see https://nipy.org/nibabel/dicom/siemens_csa.html
 */
export function parseCsa(bytes: Uint8Array): ReadonlyMap<string, readonly string[]> {
  const elements = new Map<string, readonly string[]>()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 16) return elements
  const isVersion2 = latin1(bytes.subarray(0, 4)) === 'SV10'
  let at = isVersion2 ? 8 : 0
  const nElements = Math.min(maxElements, view.getUint32(at, true))
  at += 8
  // Version 1 adds the number of items of the first element to every length.
  let excess = 0
  for (let e = 0; e < nElements && at + 84 <= bytes.length; e++) {
    const name = latin1(bytes.subarray(at, at + 64))
    const nItems = view.getUint32(at + 76, true)
    at += 84
    if (nItems > maxItems) return elements
    if (e === 0 && !isVersion2) excess = nItems
    const values: string[] = []
    for (let i = 0; i < nItems; i++) {
      if (at + 16 > bytes.length) return elements
      const length = isVersion2 ? view.getInt32(at + 4, true) : view.getInt32(at, true) - excess
      at += 16
      if (length < 0 || at + length > bytes.length) {
        // Version 1 marks the end of the items by a length out of range; in version 2 that is damage.
        if (isVersion2) return elements
        break
      }
      const text = latin1(bytes.subarray(at, at + length)).trim()
      if (text !== '') values.push(text)
      at += Math.ceil(length / 4) * 4
    }
    elements.set(name, values)
  }
  return elements
}

/**
 * The numbers of a CSA element.
 *
 * @param csa - The parsed header.
 * @param name - The element, as `MosaicRefAcqTimes`.
 * @returns The numbers, or undefined when there is none or one of them is not finite.
 * @throws Never.
 */
export function csaNumbers(
  csa: ReadonlyMap<string, readonly string[]>,
  name: string,
): number[] | undefined {
  const numbers = csa.get(name)?.map(Number)
  return numbers !== undefined && numbers.length > 0 && numbers.every(Number.isFinite)
    ? numbers
    : undefined
}

function latin1(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return new TextDecoder('latin1').decode(end < 0 ? bytes : bytes.subarray(0, end))
}
