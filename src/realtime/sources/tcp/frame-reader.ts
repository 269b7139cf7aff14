/** Bytes of a connection, cut anywhere -> frames of limbic's volume format, each complete and checked. */
import { createHash } from 'node:crypto'
import { LimbicError } from '../../../core/errors/index.ts'
import type { VolumeHeader } from '../../../core/schemas/volume-header.ts'
import { isUsableAffine } from '../../../io/nifti/affine.ts'
import {
  framePrefixBytes,
  parseFrameHeader,
  parseFramePrefix,
  type FramePrefix,
} from '../../volume-frame.ts'

export interface VolumeFrame {
  readonly header: VolumeHeader
  /** Raw voxels, as many as the header says. */
  readonly body: Uint8Array
}

export interface FrameReader {
  /** Whether the beginning of a frame has come, and its end has not. */
  readonly isInFrame: boolean
  /** Bytes of the frame that has begun, and how many of it are here; for messages. */
  readonly progress: string
  /** Takes the next bytes, and gives the frames that end in them. */
  push(chunk: Uint8Array): VolumeFrame[]
}

type Part = 'prefix' | 'header' | 'body'

/**
 * Makes a reader for one connection.
 *
 * @param where - Address of the sender, for messages.
 * @returns The reader. `push` throws {LimbicError} `RT_FRAME_INVALID` at the first byte that cannot be right; the connection is then of no use.
 * @throws Never.
 * @remarks Never holds more than one frame, and memory for a body only when its header has been checked.
 */
export function createFrameReader(where: string): FrameReader {
  let part: Part = 'prefix'
  let wanted = new Uint8Array(framePrefixBytes)
  let filled = 0
  let prefix: FramePrefix = { headerBytes: 0, bodyBytes: 0 }
  let header: VolumeHeader | null = null

  const next = (nextPart: Part, nBytes: number): void => {
    part = nextPart
    wanted = new Uint8Array(nBytes)
    filled = 0
  }

  const finishPart = (): VolumeFrame | null => {
    if (part === 'prefix') {
      prefix = parseFramePrefix(wanted, where)
      next('header', prefix.headerBytes)
      return null
    }
    if (part === 'header') {
      header = parseFrameHeader(wanted, prefix.bodyBytes, where)
      assertAffine(header, where)
      next('body', prefix.bodyBytes)
      return null
    }
    const body = wanted
    next('prefix', framePrefixBytes)
    if (header === null) return null
    assertHash(header, body, where)
    return { header, body }
  }

  return {
    get isInFrame() {
      return part !== 'prefix' || filled > 0
    },
    get progress() {
      return `${filled} of ${wanted.length} bytes of the ${part}`
    },
    push(chunk) {
      const frames: VolumeFrame[] = []
      let offset = 0
      while (offset < chunk.length) {
        const piece = chunk.subarray(offset, offset + wanted.length - filled)
        wanted.set(piece, filled)
        filled += piece.length
        offset += piece.length
        // A wrong beginning is refused before the rest of the prefix has come.
        if (part === 'prefix') assertMagic(wanted.subarray(0, filled), where)
        while (filled === wanted.length) {
          const frame = finishPart()
          if (frame !== null) frames.push(frame)
        }
      }
      return frames
    },
  }
}

function assertMagic(start: Uint8Array, where: string): void {
  const magic = 'FMV1'
  const isRight = start.subarray(0, magic.length).every((byte, i) => byte === magic.charCodeAt(i))
  if (!isRight) parseFramePrefix(start, where)
}

function assertAffine({ affine }: VolumeHeader, where: string): void {
  if (isUsableAffine(affine)) return
  throw new LimbicError('RT_FRAME_INVALID', {
    where,
    expected: 'an affine that can be inverted',
    found: `[${affine.join(', ')}]`,
  })
}

function assertHash({ sha256 }: VolumeHeader, body: Uint8Array, where: string): void {
  if (sha256 === undefined) return
  const found = createHash('sha256').update(body).digest('hex')
  if (found === sha256) return
  throw new LimbicError('RT_FRAME_INVALID', {
    where,
    expected: `voxels with the SHA-256 ${sha256}`,
    found,
  })
}
