/** What a volume leaves behind -> freed in the pause after its feedback, before it adds up to a collection that would hold up a later volume. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Makes a function that frees what has become garbage lately.
 *
 * @returns The function, to be called in every pause of this thread; where the engine does not offer it, it does nothing.
 * @throws Never.
 * @remarks Bytes and voxels of a volume lie outside of the engine's heap, which counts them and, after some 30 MB, goes through all it holds: 20 to
 *   30 ms, begun as a rule when the next volume asks for memory, which is when they hurt. Going through the young part only takes about 1 ms.
 */
export function createYoungCollector(): () => void {
  try {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void
    collect({ type: 'minor' })
    return () => collect({ type: 'minor' })
  } catch {
    return () => undefined
  }
}
