// SIMD kernels of the CPU engine, in AssemblyScript: everything but the matrix product. Compile with `npm run kernels`, which adds to
// asc --importMemory --initialMemory 1 --maximumMemory 65536
// Pointers are byte offsets into one memory that never grows; arrays are float32, row-major, channels last. Every array starts at a
// multiple of 64 bytes and owns its memory up to the next such multiple, so flat kernels may work on whole vectors at the end.

// @ts-ignore
@inline function ld(p: usize): v128 { return v128.load(p); }
// @ts-ignore
@inline function st(p: usize, v: v128): void { v128.store(p, v); }

// --- elementwise, two operands ------------------------------------------------------------------------------------------------------

// The operations by number, as src/engine/cpu/simd.ts names them. `op` is a literal at every call, so the choice is made at compile time.
// @ts-ignore
@inline function apply2(op: i32, a: v128, b: v128): v128 {
  if (op == 0) return f32x4.add(a, b);
  if (op == 1) return f32x4.sub(a, b);
  if (op == 2) return f32x4.mul(a, b);
  if (op == 3) return f32x4.div(a, b);
  if (op == 4) return f32x4.sub(b, a);
  if (op == 5) return f32x4.div(b, a);
  const d = f32x4.sub(a, b);
  return f32x4.mul(d, d);
}
// @ts-ignore
@inline function apply1(op: i32, a: f32, b: f32): f32 {
  if (op == 0) return a + b;
  if (op == 1) return a - b;
  if (op == 2) return a * b;
  if (op == 3) return a / b;
  if (op == 4) return b - a;
  if (op == 5) return b / a;
  return (a - b) * (a - b);
}

// @ts-ignore
@inline function sameLoop(op: i32, a: usize, b: usize, y: usize, n: usize): void {
  for (let i: usize = 0, e = n << 2; i < e; i += 16) st(y + i, apply2(op, ld(a + i), ld(b + i)));
}
/** y[i] = a[i] op b[i]; y may be a or b. */
export function binary(op: i32, a: usize, b: usize, y: usize, n: usize): void {
  if (op == 0) sameLoop(0, a, b, y, n); else if (op == 1) sameLoop(1, a, b, y, n);
  else if (op == 2) sameLoop(2, a, b, y, n); else if (op == 3) sameLoop(3, a, b, y, n);
  else if (op == 4) sameLoop(4, a, b, y, n); else if (op == 5) sameLoop(5, a, b, y, n);
  else sameLoop(6, a, b, y, n);
}

// @ts-ignore
@inline function scalarLoop(op: i32, a: usize, b: f32, y: usize, n: usize): void {
  const v = f32x4.splat(b);
  for (let i: usize = 0, e = n << 2; i < e; i += 16) st(y + i, apply2(op, ld(a + i), v));
}
/** y[i] = a[i] op b. */
export function binaryScalar(op: i32, a: usize, b: f32, y: usize, n: usize): void {
  if (op == 0) scalarLoop(0, a, b, y, n); else if (op == 1) scalarLoop(1, a, b, y, n);
  else if (op == 2) scalarLoop(2, a, b, y, n); else if (op == 3) scalarLoop(3, a, b, y, n);
  else if (op == 4) scalarLoop(4, a, b, y, n); else if (op == 5) scalarLoop(5, a, b, y, n);
  else scalarLoop(6, a, b, y, n);
}

// @ts-ignore
@inline function rowLoop(op: i32, a: usize, b: usize, y: usize, rows: usize, C: usize): void {
  const bytes = C << 2, whole = bytes & ~15;
  for (let r: usize = 0; r < rows; r++, a += bytes, y += bytes) {
    for (let i: usize = 0; i < whole; i += 16) st(y + i, apply2(op, ld(a + i), ld(b + i)));
    for (let i = whole; i < bytes; i += 4) store<f32>(y + i, apply1(op, load<f32>(a + i), load<f32>(b + i)));
  }
}
/** y[r, c] = a[r, c] op b[c]. */
export function binaryRows(op: i32, a: usize, b: usize, y: usize, rows: usize, C: usize): void {
  if (op == 0) rowLoop(0, a, b, y, rows, C); else if (op == 1) rowLoop(1, a, b, y, rows, C);
  else if (op == 2) rowLoop(2, a, b, y, rows, C); else if (op == 3) rowLoop(3, a, b, y, rows, C);
  else if (op == 4) rowLoop(4, a, b, y, rows, C); else if (op == 5) rowLoop(5, a, b, y, rows, C);
  else rowLoop(6, a, b, y, rows, C);
}

// --- elementwise, one operand -------------------------------------------------------------------------------------------------------

// @ts-ignore
@inline function isNaN4(x: v128): v128 { return f32x4.ne(x, x); }
// @ts-ignore
@inline function unary1(op: i32, x: v128, alpha: v128): v128 {
  const zero = f32x4.splat(0), one = f32x4.splat(1);
  if (op == 0) return f32x4.max(zero, x);
  // step: NaN stays NaN, positive gives 1, the rest alpha
  if (op == 1) return v128.bitselect(x, v128.bitselect(one, alpha, f32x4.gt(x, zero)), isNaN4(x));
  if (op == 2) return f32x4.abs(x);
  if (op == 3) return f32x4.neg(x);
  if (op == 4) return f32x4.mul(x, x);
  if (op == 5) return f32x4.sqrt(x);
  if (op == 6) return f32x4.div(one, f32x4.sqrt(x));
  if (op == 7) return f32x4.sub(v128.and(f32x4.gt(x, zero), one), v128.and(f32x4.lt(x, zero), one));
  return f32x4.floor(x);
}
// @ts-ignore
@inline function unaryLoop(op: i32, x: usize, y: usize, n: usize, alpha: f32): void {
  const a = f32x4.splat(alpha);
  for (let i: usize = 0, e = n << 2; i < e; i += 16) st(y + i, unary1(op, ld(x + i), a));
}
/** y[i] = op(x[i]); y may be x. */
export function unary(op: i32, x: usize, y: usize, n: usize, alpha: f32): void {
  if (op == 0) unaryLoop(0, x, y, n, alpha); else if (op == 1) unaryLoop(1, x, y, n, alpha);
  else if (op == 2) unaryLoop(2, x, y, n, alpha); else if (op == 3) unaryLoop(3, x, y, n, alpha);
  else if (op == 4) unaryLoop(4, x, y, n, alpha); else if (op == 5) unaryLoop(5, x, y, n, alpha);
  else if (op == 6) unaryLoop(6, x, y, n, alpha); else if (op == 7) unaryLoop(7, x, y, n, alpha);
  else unaryLoop(8, x, y, n, alpha);
}
export function fill(y: usize, n: usize, value: f32): void {
  const v = f32x4.splat(value);
  for (let i: usize = 0, e = n << 2; i < e; i += 16) st(y + i, v);
}

// --- sums ---------------------------------------------------------------------------------------------------------------------------

// @ts-ignore
@inline function addTo64(p: usize, v: v128): void {
  v128.store(p, f64x2.add(v128.load(p), f64x2.promote_low_f32x4(v)));
  const high = i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  v128.store(p + 16, f64x2.add(v128.load(p + 16), f64x2.promote_low_f32x4(high)));
}
const SUM_ROWS: usize = 64; // rows summed in float32 before they join the float64 sum; also what fits the first-level cache

/** out[c] += sum over rows of x[r, c]; out is float64, zeroed by the caller. */
export function columnSums(x: usize, rows: usize, C: usize, out: usize): void {
  const bytes = C << 2, whole = bytes & ~15;
  for (let start: usize = 0; start < rows; start += SUM_ROWS, x += SUM_ROWS * bytes) {
    const n = min(SUM_ROWS, rows - start);
    for (let i: usize = 0; i < whole; i += 16) {
      let sum = f32x4.splat(0);
      for (let r: usize = 0, p = x + i; r < n; r++, p += bytes) sum = f32x4.add(sum, ld(p));
      addTo64(out + (i << 1), sum);
    }
    for (let i = whole; i < bytes; i += 4) {
      let sum: f64 = 0;
      for (let r: usize = 0, p = x + i; r < n; r++, p += bytes) sum += load<f32>(p);
      store<f64>(out + (i << 1), load<f64>(out + (i << 1)) + sum);
    }
  }
}
/** y[r] = scale * sum over c of x[r, c]. */
export function rowSums(x: usize, rows: usize, C: usize, y: usize, scale: f64): void {
  const bytes = C << 2;
  for (let r: usize = 0; r < rows; r++, y += 4) {
    let low = f64x2.splat(0), high = f64x2.splat(0);
    const end = x + bytes, whole = x + (bytes & ~15);
    while (x < whole) {
      let sum = f32x4.splat(0);
      for (const stop = min(whole, x + 1024); x < stop; x += 16) sum = f32x4.add(sum, ld(x));
      low = f64x2.add(low, f64x2.promote_low_f32x4(sum));
      high = f64x2.add(high, f64x2.promote_low_f32x4(i8x16.shuffle(sum, sum, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)));
    }
    low = f64x2.add(low, high);
    let total = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
    for (; x < end; x += 4) total += load<f32>(x);
    store<f32>(y, <f32>(total * scale));
  }
}
/** y[i] = scale * x[i], float64 to float32. */
export function narrow(x: usize, y: usize, n: usize, scale: f64): void {
  for (let i: usize = 0; i < n; i++) store<f32>(y + (i << 2), <f32>(load<f64>(x + (i << 3)) * scale));
}

// --- one-dimensional convolution ----------------------------------------------------------------------------------------------------

// @ts-ignore
@inline function copyRow(from: usize, to: usize, bytes: usize): void {
  const whole = bytes & ~15;
  for (let i: usize = 0; i < whole; i += 16) st(to + i, ld(from + i));
  for (let i = whole; i < bytes; i += 4) store<f32>(to + i, load<f32>(from + i));
}
// @ts-ignore
@inline function addRow(from: usize, to: usize, bytes: usize): void {
  const whole = bytes & ~15;
  for (let i: usize = 0; i < whole; i += 16) st(to + i, f32x4.add(ld(to + i), ld(from + i)));
  for (let i = whole; i < bytes; i += 4) store<f32>(to + i, load<f32>(to + i) + load<f32>(from + i));
}
/** Samples of `length` rows -> samples of `pitch` rows, `offset` rows into each, zeros around them. */
export function padRows(x: usize, y: usize, N: usize, length: usize, pitch: usize, offset: usize, C: usize): void {
  const row = C << 2;
  for (let n: usize = 0; n < N; n++, x += length * row, y += pitch * row) {
    memory.fill(y, 0, offset * row);
    memory.copy(y + offset * row, x, length * row);
    memory.fill(y + (offset + length) * row, 0, (pitch - offset - length) * row);
  }
}
/** Row j of x is row r = first + j * step of samples laid out with `pitch`; its place in y, where each sample is rows
 *  offset..offset+length-1 only. Rows outside are dropped. */
export function spreadRows(x: usize, y: usize, count: usize, C: usize, first: usize, step: usize, pitch: usize, offset: usize, length: usize): void {
  const row = C << 2;
  let n = first / pitch, l = first % pitch;
  for (let j: usize = 0; j < count; j++, x += row) {
    if (l >= offset && l < offset + length) copyRow(x, y + (n * length + l - offset) * row, row);
    l += step;
    while (l >= pitch) { l -= pitch; n++; }
  }
}
/** The reverse, with zeros for the rows that are not in y. */
export function takeRows(y: usize, x: usize, count: usize, C: usize, first: usize, step: usize, pitch: usize, length: usize): void {
  const row = C << 2;
  let n = first / pitch, l = first % pitch;
  for (let j: usize = 0; j < count; j++, x += row) {
    if (l < length) copyRow(y + (n * length + l) * row, x, row); else memory.fill(x, 0, row);
    l += step;
    while (l >= pitch) { l -= pitch; n++; }
  }
}
/** y (columns x rows) = x (rows x columns) turned, in blocks of 8 that share cache lines. */
export function transpose(x: usize, rows: usize, columns: usize, y: usize): void {
  for (let i: usize = 0; i < rows; i += 8) for (let j: usize = 0; j < columns; j += 8) {
    const iEnd = min(rows, i + 8), jEnd = min(columns, j + 8);
    for (let s = j; s < jEnd; s++) for (let r = i; r < iEnd; r++) store<f32>(y + ((s * rows + r) << 2), load<f32>(x + ((r * columns + s) << 2)));
  }
}

// --- two-dimensional convolution ----------------------------------------------------------------------------------------------------

/** Rows r0..r1-1 of the patch matrix: a row is an output pixel, its columns are (filter row, filter column, channel). Writes up to 12 bytes past the end. */
export function im2col(x: usize, col: usize, r0: i32, r1: i32, H: i32, W: i32, C: i32, Ho: i32, Wo: i32, kh: i32, kw: i32, sh: i32, sw: i32, dh: i32, dw: i32, top: i32, left: i32): void {
  const px = C << 2;
  let ow = r0 % Wo, oh = r0 / Wo % Ho, n = r0 / (Wo * Ho);
  for (let r = r0; r < r1; r++) {
    for (let a = 0; a < kh; a++) {
      const h = oh * sh - top + a * dh, inside = <u32>h < <u32>H;
      const line = x + <usize>((n * H + h) * W) * px;
      for (let b = 0; b < kw; b++, col += px) {
        const w = ow * sw - left + b * dw;
        if (inside && <u32>w < <u32>W) { const from = line + <usize>(w * px); for (let i = 0; i < px; i += 16) st(col + i, ld(from + i)); }
        else for (let i = 0; i < px; i += 16) st(col + i, f32x4.splat(0));
      }
    }
    if (++ow == Wo) { ow = 0; if (++oh == Ho) { oh = 0; n++; } }
  }
}
/** The transpose of im2col: adds patch rows into x, which the caller has zeroed. */
export function col2im(col: usize, x: usize, r0: i32, r1: i32, H: i32, W: i32, C: i32, Ho: i32, Wo: i32, kh: i32, kw: i32, sh: i32, sw: i32, dh: i32, dw: i32, top: i32, left: i32): void {
  const px = C << 2;
  let ow = r0 % Wo, oh = r0 / Wo % Ho, n = r0 / (Wo * Ho);
  for (let r = r0; r < r1; r++) {
    for (let a = 0; a < kh; a++) {
      const h = oh * sh - top + a * dh, inside = <u32>h < <u32>H;
      const line = x + <usize>((n * H + h) * W) * px;
      for (let b = 0; b < kw; b++, col += px) {
        const w = ow * sw - left + b * dw;
        if (inside && <u32>w < <u32>W) addRow(col, line + <usize>(w * px), px);
      }
    }
    if (++ow == Wo) { ow = 0; if (++oh == Ho) { oh = 0; n++; } }
  }
}

// --- optimiser ----------------------------------------------------------------------------------------------------------------------

/** Adam in place: keep = 1 - rate * decay multiplies w first; step = rate / (1 - b1^t); root = 1 / (1 - b2^t); l1 * sign(w) joins the gradient. */
export function adam(w: usize, g: usize, m: usize, v: usize, n: usize, step: f32, b1: f32, b2: f32, root: f32, epsilon: f32, keep: f32, l1: f32): void {
  const zero = f32x4.splat(0), B1 = f32x4.splat(b1), A1 = f32x4.splat(1 - b1), B2 = f32x4.splat(b2), A2 = f32x4.splat(1 - b2);
  const S = f32x4.splat(step), R = f32x4.splat(root), E = f32x4.splat(epsilon), D = f32x4.splat(keep), L = f32x4.splat(l1);
  for (let i: usize = 0, e = n << 2; i < e; i += 16) {
    const W = ld(w + i);
    const G = f32x4.add(ld(g + i), f32x4.sub(v128.and(f32x4.gt(W, zero), L), v128.and(f32x4.lt(W, zero), L)));
    const M = f32x4.add(f32x4.mul(B1, ld(m + i)), f32x4.mul(A1, G)), V = f32x4.add(f32x4.mul(B2, ld(v + i)), f32x4.mul(A2, f32x4.mul(G, G)));
    st(m + i, M); st(v + i, V);
    st(w + i, f32x4.sub(f32x4.mul(D, W), f32x4.div(f32x4.mul(S, M), f32x4.add(f32x4.sqrt(f32x4.mul(V, R)), E))));
  }
}
