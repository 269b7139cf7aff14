// Matrix product in WebAssembly SIMD for float32 and float64, in AssemblyScript. Compile with `npm run kernels`, which adds to
// asc --initialMemory 1
//
// Panels: A in strips of 4 rows, B in strips of 3 vectors of columns (12 for float32, 6 for float64), each strip depth-major, so that
// the micro-kernel reads both in order and keeps its 12 accumulators in registers. Strips that stick out are filled with zeros.
// Pointers are byte offsets; distances between rows and columns are in elements.

// @ts-ignore
@inline const ROWS: i32 = 4;

// @ts-ignore
@inline function columnsOf<T>(): i32 { return 48 / <i32>sizeof<T>(); }

// @ts-ignore
@inline function pack<T>(strip: i32, from: i32, row: i32, column: i32, size: i32, K: i32, to: i32): void {
  const w: i32 = <i32>sizeof<T>();
  for (let s = 0; s < size; s += strip) {
    const n = min(strip, size - s);
    for (let k = 0; k < K; k++) {
      const p = from + (s * row + k * column) * w;
      for (let t = 0; t < n; t++) store<T>(to + t * w, load<T>(p + t * row * w));
      for (let t = n; t < strip; t++) store<T>(to + t * w, <T>0);
      to += strip * w;
    }
  }
}

export function packA32(from: i32, row: i32, column: i32, size: i32, K: i32, to: i32): void { pack<f32>(ROWS, from, row, column, size, K, to); }
export function packA64(from: i32, row: i32, column: i32, size: i32, K: i32, to: i32): void { pack<f64>(ROWS, from, row, column, size, K, to); }
export function packB32(from: i32, row: i32, column: i32, size: i32, K: i32, to: i32): void { pack<f32>(columnsOf<f32>(), from, column, row, size, K, to); }
export function packB64(from: i32, row: i32, column: i32, size: i32, K: i32, to: i32): void { pack<f64>(columnsOf<f64>(), from, column, row, size, K, to); }

// @ts-ignore
@inline function fma<T>(x: v128, b: v128, c: v128): v128 { return v128.add<T>(c, v128.mul<T>(x, b)); }

/** One 4 x 3-vector tile of y, `stride` bytes from row to row. */
// @ts-ignore
@inline function micro<T>(K: i32, a: i32, b: i32, y: i32, stride: i32): void {
  const w: i32 = <i32>sizeof<T>();
  let c00 = v128.splat<T>(<T>0), c01 = c00, c02 = c00, c10 = c00, c11 = c00, c12 = c00;
  let c20 = c00, c21 = c00, c22 = c00, c30 = c00, c31 = c00, c32 = c00;
  for (const end = a + K * ROWS * w; a < end; a += ROWS * w, b += 48) {
    const b0 = v128.load(b, 0), b1 = v128.load(b, 16), b2 = v128.load(b, 32);
    let x = v128.load_splat<T>(a);
    c00 = fma<T>(x, b0, c00); c01 = fma<T>(x, b1, c01); c02 = fma<T>(x, b2, c02);
    x = v128.load_splat<T>(a + w);
    c10 = fma<T>(x, b0, c10); c11 = fma<T>(x, b1, c11); c12 = fma<T>(x, b2, c12);
    x = v128.load_splat<T>(a + 2 * w);
    c20 = fma<T>(x, b0, c20); c21 = fma<T>(x, b1, c21); c22 = fma<T>(x, b2, c22);
    x = v128.load_splat<T>(a + 3 * w);
    c30 = fma<T>(x, b0, c30); c31 = fma<T>(x, b1, c31); c32 = fma<T>(x, b2, c32);
  }
  v128.store(y, c00, 0); v128.store(y, c01, 16); v128.store(y, c02, 32); y += stride;
  v128.store(y, c10, 0); v128.store(y, c11, 16); v128.store(y, c12, 32); y += stride;
  v128.store(y, c20, 0); v128.store(y, c21, 16); v128.store(y, c22, 32); y += stride;
  v128.store(y, c30, 0); v128.store(y, c31, 16); v128.store(y, c32, 32);
}

/** Scratch for tiles at the edge, in the first page, which nothing else uses. */
const EDGE: i32 = 1024;

// @ts-ignore
@inline function tile<T>(M: i32, N: i32, K: i32, a: i32, b: i32, y: i32): void {
  const w: i32 = <i32>sizeof<T>(), columns = columnsOf<T>(), stride = N * w;
  for (let j = 0; j < N; j += columns, b += K * 48) {
    for (let i = 0; i < M; i += ROWS) {
      const to = y + i * stride + j * w, strip = a + i * K * w;
      if (i + ROWS <= M && j + columns <= N) micro<T>(K, strip, b, to, stride);
      else {
        micro<T>(K, strip, b, EDGE, 48);
        const h = min(ROWS, M - i), n = min(columns, N - j);
        for (let r = 0; r < h; r++) memory.copy(to + r * stride, EDGE + r * 48, n * w);
      }
    }
  }
}

/** y (M x N, dense) = panel of A (M rows, depth K) times panel of B (N columns, depth K). */
export function tile32(M: i32, N: i32, K: i32, a: i32, b: i32, y: i32): void { tile<f32>(M, N, K, a, b, y); }
export function tile64(M: i32, N: i32, K: i32, a: i32, b: i32, y: i32): void { tile<f64>(M, N, K, a, b, y); }
