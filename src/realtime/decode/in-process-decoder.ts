/** A decoder in the thread that asks for it: for replays, tests, and machines with a single core. */
import { openOnce } from '../../pipeline/fold-task.ts'
import type { DecoderFactory } from './decoder-port.ts'
import { createVolumeChain } from './volume-chain.ts'

/**
 * Opens a decoder in this thread.
 *
 * @param options - What to decode with.
 * @returns The decoder.
 * @throws {LimbicError} As `createVolumeChain`.
 */
export const openInProcessDecoder: DecoderFactory = (options) =>
  createVolumeChain(options, openOnce(options.bundle.pipeline.engine))
