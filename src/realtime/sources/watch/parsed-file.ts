/** What the bytes of a watched file turned out to be. */
import type { LimbicError } from '../../../core/errors/index.ts'
import type { ArrivedVolume } from '../../volume-source.ts'

export type ParsedFile =
  | {
      readonly kind: 'volumes'
      /** Volumes that are whole with this file; none when it is a slice of one that is not. */
      readonly volumes: readonly ArrivedVolume[]
      readonly problems: readonly LimbicError[]
    }
  /** May become a volume when more is written. */
  | { readonly kind: 'incomplete'; readonly found: string }
  /** Long enough, but ends in zeros that may be reserved space; to be believed only when the file is left alone for longer. */
  | { readonly kind: 'doubtful'; readonly found: string }
  /** Whole, and no volume. */
  | { readonly kind: 'unusable'; readonly problem: LimbicError }

/** When and whence, for the volume. */
export interface FileContext {
  readonly name: string
  readonly receivedAtMs: number
  /** Whether zeros are to be believed: the file came by rename, or has been left alone for long. */
  readonly isSettled: boolean
}

/**
 * Tells whether voxels that were reserved but not written may be among these bytes: a whole block at the end is zero.
 *
 * @param bytes - The file, or its voxels.
 * @returns Whether its last 4096 bytes are zero.
 * @throws Never.
 * @remarks Network drives reserve the size of a file before they write it, and what is not written reads as zeros.
 */
export function endsInZeros(bytes: Uint8Array): boolean {
  if (bytes.length < blockBytes) return false
  return isZero(bytes.subarray(bytes.length - blockBytes))
}

/**
 * Tells whether a volume holds nothing but zeros: reserved, not written.
 *
 * @param data - Its voxels.
 * @returns Whether no voxel is set.
 * @throws Never.
 */
export function isBlank(data: Float32Array): boolean {
  return data.every((value) => value === 0)
}

const blockBytes = 4096

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}
