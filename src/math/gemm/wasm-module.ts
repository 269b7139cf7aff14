/** Compiled AssemblyScript (`.wasm` beside its `.as.ts` source) -> its exported functions. */
import { readFileSync } from 'node:fs'

export interface WasmMemory {
  /** Replaced by another buffer when the memory grows. */
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** The part of the WebAssembly interface that is used here; the types of Node do not declare it. */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { readonly exports: object }
  Memory: new (limits: { initial: number; maximum: number }) => WasmMemory
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi }

/** Bytes in a page of WebAssembly memory. */
export const wasmPage = 65536

/**
 * Compiles and instantiates a module.
 *
 * @param file - URL of the `.wasm` file.
 * @param memory - The memory to import; without it the module has its own.
 * @returns What the module exports; the caller states its type, as the source declares it.
 * @throws Whatever reading or compiling throws, as where WebAssembly SIMD is missing.
 */
export function loadWasmModule(file: URL, memory?: WasmMemory): unknown {
  const module = new WebAssembly.Module(readFileSync(file))
  const abort = (): never => {
    throw new Error(`${file.pathname} aborted`)
  }
  return new WebAssembly.Instance(module, { env: { memory, abort } }).exports
}

/**
 * Reserves memory that never grows, so that views of it stay valid. Pages are given by the system when first touched.
 *
 * @param pages - Size in pages of 64 KiB.
 * @returns The memory.
 * @throws {RangeError} When the system refuses to reserve as much.
 */
export function reserveWasmMemory(pages: number): WasmMemory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages })
}
