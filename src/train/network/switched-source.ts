/** A stream of random numbers per epoch -> one source that dropout layers keep for their whole life. */
import type { UniformSource } from '../../../models/blocks.ts'

/** A source whose stream can be exchanged. */
export interface SwitchedSource extends UniformSource {
  readonly switchTo: (stream: UniformSource) => void
}

/**
 * Makes a source whose stream can be exchanged: the layers keep the source, every epoch brings its own stream.
 *
 * @param initial - The first stream.
 * @returns The source.
 * @throws Never.
 */
export function createSwitchedSource(initial: UniformSource): SwitchedSource {
  let current = initial
  return {
    uniform: () => current.uniform(),
    switchTo: (stream) => {
      current = stream
    },
  }
}
