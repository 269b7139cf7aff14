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
    const text = typeof value === 'string' ? value : (value as readonly number[]).join('\\')
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

/** A private Siemens header, version 2, with these elements. */
export function csaBytes(elements: Readonly<Record<string, readonly string[]>>): Uint8Array {
  const names = Object.keys(elements)
  const start = new DataView(new ArrayBuffer(16))
  new Uint8Array(start.buffer).set(new TextEncoder().encode('SV10'))
  start.setUint32(8, names.length, true)
  start.setUint32(12, 77, true)
  const parts = names.map((name) => {
    const head = new DataView(new ArrayBuffer(84))
    new Uint8Array(head.buffer).set(new TextEncoder().encode(name))
    head.setUint32(76, elements[name]!.length, true)
    return concat([new Uint8Array(head.buffer), ...elements[name]!.map(csaItem)])
  })
  return concat([new Uint8Array(start.buffer), ...parts])
}

function csaItem(text: string): Uint8Array {
  const bytes = new Uint8Array(16 + Math.ceil(text.length / 4) * 4)
  const view = new DataView(bytes.buffer)
  for (const at of [0, 4, 12]) view.setUint32(at, text.length, true)
  bytes.set(new TextEncoder().encode(text), 16)
  return bytes
}

/** A mosaic of three 2 x 2 slices in a 2 x 2 grid, each filled with its number; spacing 4 mm, pixels 1 mm. */
export function mosaicElements(
  changes: Elements = {},
  csa: Record<string, string[]> = {},
): Elements {
  return sliceElements({
    '00080008': ['CS', 'ORIGINAL\\PRIMARY\\M\\ND\\MOSAIC'],
    '00080070': ['LO', 'SIEMENS'],
    '00180088': ['DS', '4'],
    '00181310': ['US', [2, 0, 0, 2]],
    '00181312': ['CS', 'COL'],
    '00280010': ['US', 4],
    '00280011': ['US', 4],
    '00280030': ['DS', '1\\1'],
    '00291010': [
      'OB',
      csaBytes({
        NumberOfImagesInMosaic: ['3'],
        SliceNormalVector: ['0.0', '0.0', '1.0'],
        MosaicRefAcqTimes: ['0.0', '1000.0', '500.0'],
        PhaseEncodingDirectionPositive: ['1'],
        ...csa,
      }),
    ],
    '7FE00010': ['OW', [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 0, 0, 3, 3, 0, 0]],
    ...changes,
  })
}

/** An enhanced file with two slices at two times of a magnitude and a phase image, 1 x 1 pixels, counted up. */
export function enhancedElements(changes: Elements = {}): Elements {
  const frames = ['MAGNITUDE', 'PHASE'].flatMap((kind) =>
    [1, 2].flatMap((slice) => [1, 2].map((time) => enhancedFrame(kind, slice, time))),
  )
  return {
    ...sliceElements(),
    '00180080': ['DS', ''],
    '00280008': ['IS', '8'],
    '00280010': ['US', 1],
    '00280011': ['US', 1],
    '00209222': [
      'SQ',
      [0x00209056, 0x00209057, 0x00209128].map((tag): Elements => ({
        '00209165': ['AT', [tag >> 16, tag & 0xffff]],
      })),
    ],
    '52009229': [
      'SQ',
      [
        {
          '00189112': ['SQ', [{ '00180080': ['DS', '1500'] }]],
          '00209116': ['SQ', [{ '00200037': ['DS', '1\\0\\0\\0\\1\\0'] }]],
          '00289110': ['SQ', [{ '00180050': ['DS', '2'], '00280030': ['DS', '1\\1'] }]],
        },
      ],
    ],
    '52009230': ['SQ', frames],
    '7FE00010': ['OW', [11, 12, 21, 22, 111, 112, 121, 122]],
    ...changes,
  }
}

function enhancedFrame(kind: string, slice: number, time: number): Elements {
  return {
    '00189226': ['SQ', [{ '00089208': ['CS', kind] }]],
    '00209111': ['SQ', [{ '00209157': ['UL', [1, slice, time]] }]],
    '00209113': ['SQ', [{ '00200032': ['DS', `0\\0\\${2 * slice}`] }]],
    '00289145': [
      'SQ',
      [
        {
          '00281052': ['DS', kind === 'PHASE' ? '-100' : '0'],
          '00281053': ['DS', kind === 'PHASE' ? '2' : '1'],
        },
      ],
    ],
  }
}
