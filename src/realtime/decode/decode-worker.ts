/** The worker thread that decodes the volumes of a session: reads the bundle, then answers one message per volume. */
import { parentPort, workerData } from 'node:worker_threads'
import { formatJson } from '../../io/artifacts.ts'
import { LimbicError } from '../../core/errors/index.ts'
import { readBundle } from '../../pipeline/bundle/read-bundle.ts'
import type { DecoderPort } from './decoder-port.ts'
import { openInProcessDecoder } from './in-process-decoder.ts'
import { createYoungCollector } from '../young-garbage.ts'
import type { WorkerAnswer, WorkerRequest, WorkerSetup } from './worker-decoder.ts'

const port = parentPort
if (port !== null) {
  const say = (answer: WorkerAnswer): void => port.postMessage(answer)
  const setup = workerData as WorkerSetup
  const decoder = await openDecoder(setup).catch((error: unknown) => {
    say({ type: 'unusable', message: describe(error) })
    return undefined
  })
  if (decoder !== undefined) {
    const collect = createYoungCollector()
    port.on('message', (request: WorkerRequest) => {
      const answered = answer(decoder, request).then(say)
      // Not before the volume that was answered is held by nobody.
      void answered.then(() => setImmediate(collect))
    })
    say({ type: 'ready', lookback: decoder.lookback })
  }
}

async function openDecoder(setup: WorkerSetup): Promise<DecoderPort> {
  const { bundleDir, manifest, ...options } = setup
  const bundle = await readBundle(bundleDir)
  if (formatJson(bundle.manifest) !== manifest)
    throw new LimbicError('BUNDLE_HASH_MISMATCH', {
      file: bundleDir,
      expected: 'of the manifest that the session started with',
      found: 'another manifest',
    })
  return openInProcessDecoder({ ...options, bundle })
}

async function answer(decoder: DecoderPort, request: WorkerRequest): Promise<WorkerAnswer> {
  try {
    if (request.type === 'decode') return { type: 'decoded', outcome: await decoder.decode(request.volume) } // prettier-ignore
    await decoder.restore(request.volume)
    return { type: 'restored' }
  } catch (error) {
    return { type: 'died', message: describe(error) }
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
