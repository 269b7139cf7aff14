/** Training progress, weights and optimiser <-> one file that training resumes from; the file is replaced as a whole or not at all. */
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../io/artifacts.ts'
import { decodeState, encodeState } from '../../io/state-file.ts'
import type { TrainingProgress } from './progress.ts'
import type { WeightArray } from './weights.ts'

/** A point from which training goes on as if it had never stopped. */
export interface Checkpoint {
  readonly progress: TrainingProgress
  readonly weights: readonly WeightArray[]
  /** The optimiser's own arrays, in its order. */
  readonly slots: readonly WeightArray[]
}

/** Where the checkpoint of one training run is kept. */
export interface CheckpointStore {
  load(): Promise<Checkpoint | undefined>
  save(checkpoint: Checkpoint): Promise<void>
  remove(): Promise<void>
}

interface CheckpointFile extends Checkpoint {
  readonly kind: 'checkpoint/network'
  readonly fingerprint: string
}

/**
 * The checkpoint file of one training run.
 *
 * @param dir - Folder; made when it is missing.
 * @param fingerprint - Identifies samples, settings and seed.
 * @returns A store. `load` gives nothing when there is no file, or when it belongs to other samples, settings or another seed.
 * @throws Never.
 */
export function openCheckpointStore(dir: string, fingerprint: string): CheckpointStore {
  // Named after the training run: several runs may train at the same time and share the folder.
  const file = join(dir, `${fingerprint.slice(0, 32)}.checkpoint`)
  return {
    async load() {
      if (!existsSync(file)) return undefined
      const found = decodeState(await readFile(file)) as CheckpointFile
      return found.fingerprint === fingerprint ? found : undefined
    },
    async save(checkpoint) {
      const content: CheckpointFile = { kind: 'checkpoint/network', fingerprint, ...checkpoint }
      await writeFileAtomic(file, encodeState(content))
    },
    remove: () => rm(file, { force: true }),
  }
}
