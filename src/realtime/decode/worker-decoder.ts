/** A decoder in a worker thread of its own, so that its death is not the death of the session. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { LimbicError } from '../../core/errors/index.ts'
import { formatJson } from '../../io/artifacts.ts'
import type { DecodeOutcome, DecoderInput, DecoderOptions, DecoderPort } from './decoder-port.ts'

/** What the worker is started with: a path instead of a bundle, since it reads and checks the bundle itself. */
export interface WorkerSetup extends Omit<DecoderOptions, 'bundle'> {
  readonly bundleDir: string
  /** As `formatJson` writes it. */
  readonly manifest: string
}

export interface WorkerRequest {
  readonly type: 'decode' | 'restore'
  readonly volume: DecoderInput
}

export type WorkerAnswer =
  | { readonly type: 'ready'; readonly lookback: DecoderPort['lookback'] }
  | { readonly type: 'unusable' | 'died'; readonly message: string }
  | { readonly type: 'decoded'; readonly outcome: DecodeOutcome }
  | { readonly type: 'restored' }

/** A decoder whose thread can be ended from outside. */
export interface WorkerDecoder extends DecoderPort {
  /** Ends the thread at once, whatever it is doing. */
  kill(): Promise<void>
}

/**
 * Opens a decoder in a thread of its own.
 *
 * @param options - What to decode with; the bundle must lie in a folder.
 * @returns The decoder, loaded and ready.
 * @throws {LimbicError} `RT_DECODER_UNUSABLE` when the thread cannot load it.
 */
export async function openWorkerDecoder(options: DecoderOptions): Promise<WorkerDecoder> {
  const { bundle, ...rest } = options
  const setup: WorkerSetup = {
    ...rest,
    bundleDir: bundle.dir,
    manifest: formatJson(bundle.manifest),
  }
  const file = new URL(`./decode-worker${extname(import.meta.url)}`, import.meta.url)
  const worker = new Worker(file, { workerData: setup, stdout: false, stderr: false })
  const listen = createMailbox(worker)
  const ready = await listen().catch((error: Error) => {
    throw new LimbicError('RT_DECODER_UNUSABLE', { reason: error.message })
  })
  if (ready.type !== 'ready') {
    await worker.terminate()
    const reason = 'message' in ready ? ready.message : `its first answer was ${ready.type}`
    throw new LimbicError('RT_DECODER_UNUSABLE', { reason })
  }
  const ask = (request: WorkerRequest): Promise<WorkerAnswer> => {
    const answer = listen()
    worker.postMessage(request)
    return answer
  }
  return {
    lookback: ready.lookback,
    async decode(volume) {
      const answer = await ask({ type: 'decode', volume })
      if (answer.type === 'decoded') return answer.outcome
      throw new Error('message' in answer ? answer.message : answer.type)
    },
    async restore(volume) {
      const answer = await ask({ type: 'restore', volume })
      if (answer.type !== 'restored') throw new Error('message' in answer ? answer.message : answer.type) // prettier-ignore
    },
    async close() {
      await worker.terminate()
    },
    async kill() {
      await worker.terminate()
    },
  }
}

/** A function that waits for the next answer, and fails when there will be none. */
function createMailbox(worker: Worker): () => Promise<WorkerAnswer> {
  let death: Error | undefined
  let waiting: { resolve(answer: WorkerAnswer): void; reject(error: Error): void } | undefined
  const die = (error: Error): void => {
    death ??= error
    waiting?.reject(death)
    waiting = undefined
  }
  worker.on('message', (answer: WorkerAnswer) => {
    waiting?.resolve(answer)
    waiting = undefined
  })
  worker.on('error', die)
  worker.on('messageerror', die)
  worker.on('exit', (code) => die(new Error(`the decoder's thread ended with code ${code}`)))
  return () =>
    new Promise((resolve, reject) => {
      if (death !== undefined) reject(death)
      else waiting = { resolve, reject }
    })
}
