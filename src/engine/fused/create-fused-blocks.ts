/** The fused blocks of the CPU engine: its kernels -> one TensorFlow.js operation per block. */
import type { FusedBlocks } from './blocks.ts'
import { createBottleneck } from './bottleneck.ts'
import { createHead } from './head.ts'
import type { FusedContext } from './operation.ts'
import { createStem } from './stem.ts'

/**
 * Makes the blocks.
 *
 * @param context - TensorFlow.js and the kernels of the CPU engine.
 * @returns The blocks.
 * @throws Never.
 */
export function createFusedBlocks(context: FusedContext): FusedBlocks {
  return {
    stem: createStem(context),
    bottleneck: createBottleneck(context),
    head: createHead(context),
  }
}
