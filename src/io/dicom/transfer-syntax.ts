/** Transfer syntax UIDs -> whether their pixels can be read, and under which name they are refused. */
import { LimbicError } from '../../core/errors/index.ts'

const readable = new Map([
  ['1.2.840.10008.1.2', 'Implicit VR Little Endian'],
  ['1.2.840.10008.1.2.1', 'Explicit VR Little Endian'],
  ['1.2.840.10008.1.2.2', 'Explicit VR Big Endian'],
])

const compressed = new Map([
  ['1.2.840.10008.1.2.1.99', 'Deflated Explicit VR Little Endian'],
  ['1.2.840.10008.1.2.4.50', 'JPEG Baseline'],
  ['1.2.840.10008.1.2.4.51', 'JPEG Extended'],
  ['1.2.840.10008.1.2.4.57', 'JPEG Lossless'],
  ['1.2.840.10008.1.2.4.70', 'JPEG Lossless, First-Order Prediction'],
  ['1.2.840.10008.1.2.4.80', 'JPEG-LS Lossless'],
  ['1.2.840.10008.1.2.4.81', 'JPEG-LS Near-Lossless'],
  ['1.2.840.10008.1.2.4.90', 'JPEG 2000 Lossless'],
  ['1.2.840.10008.1.2.4.91', 'JPEG 2000'],
  ['1.2.840.10008.1.2.4.201', 'High-Throughput JPEG 2000 Lossless'],
  ['1.2.840.10008.1.2.4.202', 'High-Throughput JPEG 2000 with RPCL Lossless'],
  ['1.2.840.10008.1.2.4.203', 'High-Throughput JPEG 2000'],
  ['1.2.840.10008.1.2.5', 'RLE Lossless'],
])

/**
 * Refuses transfer syntaxes whose pixels are compressed, by name.
 *
 * @param uid - The transfer syntax UID of the file; undefined counts as the default of DICOM, uncompressed.
 * @param file - Name for the message.
 * @throws {LimbicError} `DICOM_UNSUPPORTED`.
 */
export function assertReadableSyntax(uid: string | undefined, file: string): void {
  if (uid === undefined || readable.has(uid)) return
  const name = compressed.get(uid)
  throw new LimbicError('DICOM_UNSUPPORTED', {
    file,
    expected: 'an uncompressed transfer syntax',
    found: name === undefined ? `transfer syntax ${safeUid(uid)}` : `${name} (${uid})`,
    remedy:
      'Have the scanner or archive send "Explicit VR Little Endian", or decompress with `gdcmconv --raw IN OUT` or `dcmdjpeg IN OUT`.',
  })
}

/** A damaged header may hold anything here; a message should not repeat it. */
function safeUid(uid: string): string {
  return /^[\d.]{1,64}$/.test(uid) ? uid : 'that is not a UID'
}
