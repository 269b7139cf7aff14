/** Decoded voxels and what is known of them -> the volume that a source hands over, with the hash that tells duplicates from conflicts. */
import type { LimbicError } from '../../core/errors/index.ts'
import { sha256 } from '../../io/artifacts.ts'
import type { ArrivedVolume, SourceEvent } from '../volume-source.ts'

/**
 * Completes a volume.
 *
 * @param volume - Everything but the hash; voxels scaled, x fastest.
 * @returns The volume. Its hash is that of the float32 voxels, so that the same volume has the same one whichever way it came.
 * @throws Never.
 * @remarks O(voxels): 1.5 ms for 64 x 64 x 34.
 */
export function arrivedVolume(volume: Omit<ArrivedVolume, 'sha256'>): ArrivedVolume {
  const { buffer, byteOffset, byteLength } = volume.data
  return { ...volume, sha256: sha256(new Uint8Array(buffer, byteOffset, byteLength)) }
}

/**
 * What a source says when something arrived that is no volume, or not yet.
 *
 * @param error - What is wrong.
 * @param origin - File or address.
 * @returns The event.
 * @throws Never.
 */
export function problemEvent(error: LimbicError, origin: string): SourceEvent {
  return { type: 'problem', code: error.code, message: error.message, origin }
}
