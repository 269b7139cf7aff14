/** Writes small DICOM files (explicit VR, little-endian unless told) for tests. */

type Value = string | number | readonly number[] | Uint8Array | readonly Elements[]

/** Tag `GGGGEEEE` to VR and value; items of sequences are elements again. */
export type Elements = Readonly<Record<string, readonly [vr: string, value: Value]>>

export const explicitLittle = '1.2.840.10008.1.2.1'
export const implicitLittle = '1.2.840.10008.1.2'
export const explicitBig = '1.2.840.10008.1.2.2'

/** The bytes of a file with these elements; `rawSyntax` is what the file says of its transfer syntax. */
export function dicomBytes(elements: Elements, rawSyntax = explicitLittle): Uint8Array {
  const meta = elementBytes('00020010', 'UI', rawSyntax, explicitLittle)
  const length = elementBytes('00020000', 'UL', [meta.length], explicitLittle)
  const body = datasetBytes(elements, rawSyntax)
  const prefix = new Uint8Array(132)
  prefix.set([0x44, 0x49, 0x43, 0x4d], 128)
  return concat([prefix, length, meta, body])
}

function datasetBytes(elements: Elements, syntax: string): Uint8Array {
  const tags = Object.keys(elements).sort()
  return concat(tags.map((tag) => elementBytes(tag, elements[tag]![0], elements[tag]![1], syntax)))
}

function elementBytes(tag: string, vr: string, value: Value, syntax: string): Uint8Array {
  const big = syntax === explicitBig
  const content = valueBytes(vr, value, syntax)
  const isLong = ['OB', 'OW', 'SQ', 'UN', 'UT'].includes(vr)
  const head = new DataView(new ArrayBuffer(syntax === implicitLittle || !isLong ? 8 : 12))
  head.setUint16(0, parseInt(tag.slice(0, 4), 16), !big)
  head.setUint16(2, parseInt(tag.slice(4), 16), !big)
  if (syntax === implicitLittle) head.setUint32(4, content.length, true)
  else {
    head.setUint8(4, vr.charCodeAt(0))
    head.setUint8(5, vr.charCodeAt(1))
    if (isLong) head.setUint32(8, content.length, !big)
    else head.setUint16(6, content.length, !big)
  }
  return concat([new Uint8Array(head.buffer), content])
}

const widths: Record<string, number> = { US: 2, SS: 2, OW: 2, UL: 4, SL: 4, FL: 4, FD: 8, AT: 2 }

function valueBytes(vr: string, value: Value, syntax: string): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (vr === 'SQ')
    return concat((value as readonly Elements[]).map((item) => itemBytes(item, syntax)))
  const width = widths[vr]
  if (width === undefined) {
    const text = typeof value === 'string' ? value : String(value)
    return new TextEncoder().encode(
      text.length % 2 === 0 ? text : `${text}${vr === 'UI' ? '\0' : ' '}`,
    )
  }
  const numbers = [value].flat() as number[]
  const view = new DataView(new ArrayBuffer(numbers.length * width))
  const little = syntax !== explicitBig
  numbers.forEach((number, i) => {
    if (vr === 'FD') view.setFloat64(8 * i, number, little)
    else if (vr === 'FL') view.setFloat32(4 * i, number, little)
    else if (width === 4) view.setInt32(4 * i, number, little)
    else view.setInt16(2 * i, number, little)
  })
  return new Uint8Array(view.buffer)
}

function itemBytes(item: Elements, syntax: string): Uint8Array {
  const content = datasetBytes(item, syntax)
  const head = new DataView(new ArrayBuffer(8))
  const little = syntax !== explicitBig
  head.setUint16(0, 0xfffe, little)
  head.setUint16(2, 0xe000, little)
  head.setUint32(4, content.length, little)
  return concat([new Uint8Array(head.buffer), content])
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** A classic axial image of one slice: 4 columns, 3 rows, 2 x 3 mm pixels; personal fields that must not get out. */
export function sliceElements(changes: Elements = {}): Elements {
  return {
    '00080008': ['CS', 'ORIGINAL\\PRIMARY\\M'],
    '00080018': ['UI', '1.2.3.1'],
    '00080060': ['CS', 'MR'],
    '00080070': ['LO', 'Test Maker'],
    '00100010': ['PN', 'Secret^Person'],
    '00100020': ['LO', 'SECRET-ID'],
    '00100030': ['DA', '19991231'],
    '00180050': ['DS', '5'],
    '00180080': ['DS', '2000'],
    '00180081': ['DS', '30'],
    '0020000E': ['UI', '1.2.3'],
    '00200011': ['IS', '7'],
    '00200013': ['IS', '1'],
    '00200032': ['DS', '10\\20\\30'],
    '00200037': ['DS', '1\\0\\0\\0\\1\\0'],
    '00280002': ['US', 1],
    '00280010': ['US', 3],
    '00280011': ['US', 4],
    '00280030': ['DS', '3\\2'],
    '00280100': ['US', 16],
    '00280101': ['US', 12],
    '00280103': ['US', 0],
    '7FE00010': ['OW', Array.from({ length: 12 }, (_, i) => i)],
    ...changes,
  }
}
