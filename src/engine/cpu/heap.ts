/** Memory that the SIMD kernels share with the tensors of the CPU engine: float32 arrays <-> byte offsets into one WebAssembly memory. */
import { LimbicError } from '../../core/errors/index.ts'
import { reserveWasmMemory, wasmPage, type WasmMemory } from '../../math/gemm/wasm-module.ts'

export interface Heap {
  readonly memory: WasmMemory
  /** Byte offset of room for n floats, a multiple of 64; the contents are whatever was there. */
  allocate(n: number): number
  /** Gives room back; it is handed out again. */
  free(pointer: number): void
  /** The n floats at a byte offset, as a view. */
  view(pointer: number, n: number): Float32Array
  /** Bytes in use. */
  readonly usedBytes: number
  /** Runs a function with room for n floats that is given back afterwards. */
  withScratch<T>(n: number, use: (pointer: number) => T): T
}

/** A stretch of free memory. */
interface Gap {
  start: number
  size: number
}

/** The first page is left to the kernels. */
const firstByte = wasmPage

/** Sizes tried, largest first: 4 GiB is all that WebAssembly addresses; a machine that limits address space gives less. */
const pagesTried = [65536, 32768, 16384, 8192]

/**
 * Reserves the memory. It costs address space only: pages are given by the system when first touched, and are kept for reuse when
 * freed, because fresh pages are what makes large arrays slow.
 *
 * @returns The heap, empty.
 * @throws {LimbicError} `ENGINE_UNAVAILABLE` when the system reserves not even 512 MiB.
 */
export function createHeap(): Heap {
  const memory = reserveLargest()
  const end = memory.buffer.byteLength
  const sizes = new Map<number, number>()
  let gaps: Gap[] = [{ start: firstByte, size: end - firstByte }]
  let usedBytes = 0

  const heap: Heap = {
    memory,
    get usedBytes() {
      return usedBytes
    },
    allocate(n) {
      // One vector more than needed: kernels may write past the end by less than that.
      const size = Math.ceil((n * 4 + 16) / 64) * 64
      const gap = smallestFitting(gaps, size)
      if (gap === undefined) throw exhausted(size, end - usedBytes)
      const pointer = gap.start
      gap.start += size
      gap.size -= size
      if (gap.size === 0) gaps = gaps.filter((other) => other !== gap)
      sizes.set(pointer, size)
      usedBytes += size
      return pointer
    },
    free(pointer) {
      const size = sizes.get(pointer)
      if (size === undefined) return
      sizes.delete(pointer)
      usedBytes -= size
      insertGap(gaps, { start: pointer, size })
    },
    view: (pointer, n) => new Float32Array(memory.buffer, pointer, n),
    withScratch(n, use) {
      const pointer = heap.allocate(n)
      try {
        return use(pointer)
      } finally {
        heap.free(pointer)
      }
    },
  }
  return heap
}

function reserveLargest(): WasmMemory {
  for (const pages of pagesTried) {
    try {
      return reserveWasmMemory(pages)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
  throw new LimbicError('ENGINE_UNAVAILABLE', {
    engine: 'cpu',
    // Node surrounds every WebAssembly memory, however small, with unused addresses that catch stray reads.
    reason:
      'the system refuses to reserve addresses for WebAssembly, about 10 GiB of which only what is used becomes memory ' +
      '(a limit on address space, as `ulimit -v` sets it, has to be lifted)',
  })
}

/** The smallest gap that is large enough keeps the large ones whole. */
function smallestFitting(gaps: readonly Gap[], size: number): Gap | undefined {
  let best: Gap | undefined
  for (const gap of gaps)
    if (gap.size >= size && (best === undefined || gap.size < best.size)) best = gap
  return best
}

/** Keeps the gaps in order of address and joins neighbours. */
function insertGap(gaps: Gap[], gap: Gap): void {
  let low = 0
  let high = gaps.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (gaps[middle]!.start < gap.start) low = middle + 1
    else high = middle
  }
  const before = gaps[low - 1]
  const after = gaps[low]
  const joinsBefore = before !== undefined && before.start + before.size === gap.start
  const joinsAfter = after !== undefined && gap.start + gap.size === after.start
  if (joinsBefore) {
    before.size += gap.size + (joinsAfter ? after.size : 0)
    if (joinsAfter) gaps.splice(low, 1)
  } else if (joinsAfter) {
    after.start = gap.start
    after.size += gap.size
  } else gaps.splice(low, 0, gap)
}

function exhausted(wantedBytes: number, freeBytes: number): LimbicError {
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`
  return new LimbicError('ENGINE_MEMORY_EXHAUSTED', {
    wanted: megabytes(wantedBytes),
    free: megabytes(freeBytes),
  })
}
