/** Runs an exported network on ONNX Runtime, synchronously: one sample or a batch, float32 in and out. */
import { LimbicError } from '../../core/errors/index.ts'
import {
  loadOnnxBinding,
  type OnnxBinding,
  type SyncSession,
} from '../../math/gemm/onnx-binding.ts'

export interface OnnxSession {
  /** Shape of one sample, without the batch axis. */
  readonly sampleShape: readonly number[]
  /**
   * Runs the network and returns when it is done: a few milliseconds for one volume, during which the event loop stands still.
   *
   * @param input - `[batch x sampleShape]`.
   * @returns `[batch x outputs]`, the caller's to keep.
   * @throws {LimbicError} `SHAPE_MISMATCH` when the length is not a whole number of samples.
   */
  run(input: Float32Array): Float32Array
  dispose(): void
}

export interface OnnxSessionOptions {
  /** Threads that share one run; default 1. */
  readonly threads?: number
  /** Where ONNX Runtime computes; default `cpu`. `webgpu` needs a graphics card. */
  readonly provider?: OnnxProvider
}

export type OnnxProvider = 'cpu' | 'webgpu'

/**
 * Opens a session on a model with one input, one output and a free batch axis, as `exportOnnx` writes it.
 *
 * @param bytes - The ONNX model.
 * @param options - Threads.
 * @returns The session. Works in worker threads.
 * @throws {LimbicError} `ONNX_RUNTIME_UNAVAILABLE` when ONNX Runtime does not load or refuses the model.
 */
export function openOnnxSession(bytes: Uint8Array, options: OnnxSessionOptions = {}): OnnxSession {
  const { threads = 1, provider = 'cpu' } = options
  const { binding, session } = open(bytes, threads, provider)
  const [input, output] = [session.inputMetadata[0]!, session.outputMetadata[0]!]
  const sampleShape = input.shape.slice(1)
  const sampleSize = sampleShape.reduce((product, length) => product * length, 1)
  return {
    sampleShape,
    run(features) {
      const nSamples = features.length / sampleSize
      if (!Number.isInteger(nSamples) || nSamples === 0)
        throw new LimbicError('SHAPE_MISMATCH', {
          what: 'the input of a network',
          expected: `a multiple of ${sampleSize} numbers`,
          found: `${features.length}`,
        })
      const tensor = new binding.Tensor('float32', features, [nSamples, ...sampleShape])
      return session.run({ [input.name]: tensor }, { [output.name]: null }, {})[output.name]!.data
    },
    dispose: () => session.dispose(),
  }
}

function open(
  bytes: Uint8Array,
  threads: number,
  provider: OnnxProvider,
): { binding: OnnxBinding; session: SyncSession } {
  try {
    const binding = loadOnnxBinding()
    const options = {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Threads that wait by spinning would take the cores from other work between two volumes.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    }
    return { binding, session: binding.open(bytes, options) }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LimbicError('ONNX_RUNTIME_UNAVAILABLE', { reason }, { cause })
  }
}
