/** How a layer asks for its results to be remembered without knowing where: the pipeline keeps them on disk, a test keeps none. */

/**
 * Returns the remembered result of (stage, key), or computes and remembers it. The key must hold everything the result depends on:
 * parameters and the hashes of the inputs.
 */
export type Memo = <T>(stage: string, key: unknown, compute: () => Promise<T>) => Promise<T>

/** Remembers nothing. */
export const noMemo: Memo = (_stage, _key, compute) => compute()
