// SIMD kernels of batch normalisation followed by ReLU, in AssemblyScript. Compile with `npm run kernels`, which adds to
// asc --importMemory --initialMemory 1 --maximumMemory 65536
// Pointers are byte offsets into the memory of kernels.as.ts; arrays are float32 `[rows x C]`, C a multiple of 4; sums are float64 `[C]`.
// Sums in float32 run over the rows of one call only: callers hand over pieces that fit the cache.

// @ts-ignore
@inline function ld(p: usize): v128 { return v128.load(p); }
// @ts-ignore
@inline function st(p: usize, v: v128): void { v128.store(p, v); }
// @ts-ignore
@inline function affineOf(x: v128, scale: v128, shift: v128): v128 { return f32x4.add(f32x4.mul(x, scale), shift); }
// @ts-ignore
@inline function addTo64(p: usize, v: v128): void {
  v128.store(p, f64x2.add(v128.load(p), f64x2.promote_low_f32x4(v)));
  const high = i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  v128.store(p + 16, f64x2.add(v128.load(p + 16), f64x2.promote_low_f32x4(high)));
}

/** y += bias; sum += y - ref; sumSq += (y - ref)^2. `ref` (say the first row) keeps the variance free of cancellation. */
export function biasAndMoments(y: usize, rows: i32, C: i32, bias: usize, ref: usize, sum: usize, sumSq: usize): void {
  const row = <usize>C << 2, zero = f32x4.splat(0); let o: usize = 0;
  for (; o + 32 <= row; o += 32) {
    const b0 = ld(bias + o), b1 = ld(bias + o + 16), r0 = ld(ref + o), r1 = ld(ref + o + 16);
    let s0 = zero, s1 = zero, q0 = zero, q1 = zero, p = y + o;
    for (let r = 0; r < rows; r++, p += row) {
      const v0 = f32x4.add(ld(p), b0), v1 = f32x4.add(ld(p + 16), b1); st(p, v0); st(p + 16, v1);
      const d0 = f32x4.sub(v0, r0), d1 = f32x4.sub(v1, r1);
      s0 = f32x4.add(s0, d0); s1 = f32x4.add(s1, d1); q0 = f32x4.add(q0, f32x4.mul(d0, d0)); q1 = f32x4.add(q1, f32x4.mul(d1, d1));
    }
    addTo64(sum + 2 * o, s0); addTo64(sum + 2 * o + 32, s1); addTo64(sumSq + 2 * o, q0); addTo64(sumSq + 2 * o + 32, q1);
  }
  if (o < row) {
    const b = ld(bias + o), r0 = ld(ref + o); let s = zero, q = zero, p = y + o;
    for (let r = 0; r < rows; r++, p += row) { const v = f32x4.add(ld(p), b), d = f32x4.sub(v, r0); st(p, v); s = f32x4.add(s, d); q = f32x4.add(q, f32x4.mul(d, d)); }
    addTo64(sum + 2 * o, s); addTo64(sumSq + 2 * o, q);
  }
}
/** The same without writing: sum += x - ref; sumSq += (x - ref)^2. */
export function moments(x: usize, rows: i32, C: i32, ref: usize, sum: usize, sumSq: usize): void {
  const row = <usize>C << 2, zero = f32x4.splat(0); let o: usize = 0;
  for (; o + 32 <= row; o += 32) {
    const r0 = ld(ref + o), r1 = ld(ref + o + 16); let s0 = zero, s1 = zero, q0 = zero, q1 = zero, p = x + o;
    for (let r = 0; r < rows; r++, p += row) {
      const d0 = f32x4.sub(ld(p), r0), d1 = f32x4.sub(ld(p + 16), r1);
      s0 = f32x4.add(s0, d0); s1 = f32x4.add(s1, d1); q0 = f32x4.add(q0, f32x4.mul(d0, d0)); q1 = f32x4.add(q1, f32x4.mul(d1, d1));
    }
    addTo64(sum + 2 * o, s0); addTo64(sum + 2 * o + 32, s1); addTo64(sumSq + 2 * o, q0); addTo64(sumSq + 2 * o + 32, q1);
  }
  if (o < row) {
    const r0 = ld(ref + o); let s = zero, q = zero, p = x + o;
    for (let r = 0; r < rows; r++, p += row) { const d = f32x4.sub(ld(p), r0); s = f32x4.add(s, d); q = f32x4.add(q, f32x4.mul(d, d)); }
    addTo64(sum + 2 * o, s); addTo64(sumSq + 2 * o, q);
  }
}

/** y = relu(x * scale + shift), or x * scale + shift without `relu`; y may be x. */
export function normRelu(x: usize, y: usize, rows: i32, C: i32, scale: usize, shift: usize, relu: bool): void {
  const row = <usize>C << 2, lowest = f32x4.splat(relu ? 0 : -Infinity);
  for (let r = 0; r < rows; r++, x += row, y += row)
    for (let o: usize = 0; o < row; o += 16) st(y + o, f32x4.pmax(lowest, affineOf(ld(x + o), ld(scale + o), ld(shift + o))));
}
/** sum += relu(x * scale + shift). */
export function normReluSums(x: usize, rows: i32, C: i32, scale: usize, shift: usize, sum: usize): void {
  const row = <usize>C << 2, zero = f32x4.splat(0);
  for (let o: usize = 0; o < row; o += 16) {
    const k = ld(scale + o), h = ld(shift + o); let s = zero, p = x + o;
    for (let r = 0; r < rows; r++, p += row) s = f32x4.add(s, f32x4.pmax(zero, affineOf(ld(p), k, h)));
    addTo64(sum + 2 * o, s);
  }
}

/** First pass of the gradient of relu(norm(x)): s1 += d * mask, s2 += d * mask * (x - mean). */
export function normReluGradSums(d: usize, x: usize, rows: i32, C: i32, scale: usize, shift: usize, mean: usize, s1: usize, s2: usize): void {
  const row = <usize>C << 2, z = f32x4.splat(0); let o: usize = 0;
  for (; o + 32 <= row; o += 32) {
    const k0 = ld(scale + o), k1 = ld(scale + o + 16), h0 = ld(shift + o), h1 = ld(shift + o + 16), m0 = ld(mean + o), m1 = ld(mean + o + 16);
    let a0 = z, a1 = z, b0 = z, b1 = z, p = d + o, q = x + o;
    for (let r = 0; r < rows; r++, p += row, q += row) {
      const x0 = ld(q), x1 = ld(q + 16), g0 = v128.and(ld(p), f32x4.gt(affineOf(x0, k0, h0), z)), g1 = v128.and(ld(p + 16), f32x4.gt(affineOf(x1, k1, h1), z));
      a0 = f32x4.add(a0, g0); a1 = f32x4.add(a1, g1); b0 = f32x4.add(b0, f32x4.mul(g0, f32x4.sub(x0, m0))); b1 = f32x4.add(b1, f32x4.mul(g1, f32x4.sub(x1, m1)));
    }
    addTo64(s1 + 2 * o, a0); addTo64(s1 + 2 * o + 32, a1); addTo64(s2 + 2 * o, b0); addTo64(s2 + 2 * o + 32, b1);
  }
  if (o < row) {
    const k = ld(scale + o), h = ld(shift + o), m = ld(mean + o); let a = z, b = z, p = d + o, q = x + o;
    for (let r = 0; r < rows; r++, p += row, q += row) {
      const v = ld(q), g = v128.and(ld(p), f32x4.gt(affineOf(v, k, h), z));
      a = f32x4.add(a, g); b = f32x4.add(b, f32x4.mul(g, f32x4.sub(v, m)));
    }
    addTo64(s1 + 2 * o, a); addTo64(s2 + 2 * o, b);
  }
}
/** Second pass: dx = k1 * d * mask + k2 * x + k3, plus `extra` if it is not 0. dx may be d or extra. */
export function normReluGrad(d: usize, x: usize, dx: usize, rows: i32, C: i32, scale: usize, shift: usize, k1: usize, k2: usize, k3: usize, extra: usize): void {
  const row = <usize>C << 2, z = f32x4.splat(0);
  for (let r = 0; r < rows; r++, x += row, d += row, dx += row) {
    for (let o: usize = 0; o < row; o += 16) {
      const v = ld(x + o), g = v128.and(ld(d + o), f32x4.gt(affineOf(v, ld(scale + o), ld(shift + o)), z));
      const sum = f32x4.add(f32x4.mul(g, ld(k1 + o)), affineOf(v, ld(k2 + o), ld(k3 + o)));
      st(dx + o, extra ? f32x4.add(sum, ld(extra + o)) : sum);
    }
    if (extra) extra += row;
  }
}
