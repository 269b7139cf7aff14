/** ONNX Runtime's native binding, whose `run` is synchronous; the package's public `run` only wraps it into a promise. */
import { createRequire } from 'node:module'

/** Name and shape of an input or output; a free axis has length -1. */
export interface OnnxValueInfo {
  readonly name: string
  readonly shape: readonly number[]
}

export interface SyncSession {
  readonly inputMetadata: readonly OnnxValueInfo[]
  readonly outputMetadata: readonly OnnxValueInfo[]
  run(
    feeds: Readonly<Record<string, unknown>>,
    fetches: Readonly<Record<string, unknown>>,
    options: object,
  ): Record<string, { readonly data: Float32Array }>
  dispose(): void
}

export interface OnnxBinding {
  /** onnxruntime-common's Tensor; it keeps the typed array that it is given. */
  readonly Tensor: new (element: string, data: ArrayLike<number>, shape: number[]) => unknown
  open(bytes: Uint8Array, options: object): SyncSession
}

/** What `onnxruntime-node/dist/binding.js` exports. Private to that package: the exact version is pinned and a probe checks the result. */
interface PrivateBinding {
  readonly initOrt: () => void
  readonly binding: {
    readonly InferenceSession: new () => SyncSession & {
      loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void
    }
  }
}

/**
 * Loads the native binding. Works in worker threads.
 *
 * @returns The binding.
 * @throws Whatever loading a native module throws where the package has no binary for the machine.
 */
export function loadOnnxBinding(): OnnxBinding {
  const require = createRequire(import.meta.url)
  const { binding, initOrt } = require('onnxruntime-node/dist/binding.js') as PrivateBinding
  const { Tensor } = require('onnxruntime-common') as Pick<OnnxBinding, 'Tensor'>
  initOrt()
  return {
    Tensor,
    open(bytes, options) {
      const session = new binding.InferenceSession()
      session.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, options)
      return session
    },
  }
}
