// The three loops of the symmetric eigenproblem that take its time, in WebAssembly SIMD, in AssemblyScript. Compile (from the project's root):
//   npx asc src/math/kernels.as.ts --enable simd -O3 --noAssert --runtime stub --initialMemory 1 -o src/math/kernels.wasm
//
// Pointers are byte offsets into the memory, which the caller lays out; matrices are n x n, row-major, float64.

// @ts-ignore
@inline function dot(a: i32, b: i32, n: i32): f64 {
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  const end = a + ((n & ~7) << 3);
  while (a < end) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(a), v128.load(b)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(a, 16), v128.load(b, 16)));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(a, 32), v128.load(b, 32)));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(a, 48), v128.load(b, 48)));
    a += 64; b += 64;
  }
  s0 = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  for (let i = n & 7; i > 0; i--) { sum += f64.load(a) * f64.load(b); a += 8; b += 8; }
  return sum;
}

/** y -= s x + t w over n elements. */
// @ts-ignore
@inline function subtract2(y: i32, x: i32, s: f64, w: i32, t: f64, n: i32): void {
  const S = f64x2.splat(s), T = f64x2.splat(t), end = y + ((n & ~3) << 3);
  while (y < end) {
    v128.store(y, f64x2.sub(v128.load(y), f64x2.add(f64x2.mul(S, v128.load(x)), f64x2.mul(T, v128.load(w)))));
    v128.store(y, f64x2.sub(v128.load(y, 16), f64x2.add(f64x2.mul(S, v128.load(x, 16)), f64x2.mul(T, v128.load(w, 16)))), 16);
    y += 32; x += 32; w += 32;
  }
  for (let i = n & 3; i > 0; i--) { f64.store(y, f64.load(y) - s * f64.load(x) - t * f64.load(w)); y += 8; x += 8; w += 8; }
}

/** y -= s x over n elements. */
// @ts-ignore
@inline function subtract(y: i32, x: i32, s: f64, n: i32): void {
  const S = f64x2.splat(s), end = y + ((n & ~3) << 3);
  while (y < end) {
    v128.store(y, f64x2.sub(v128.load(y), f64x2.mul(S, v128.load(x))));
    v128.store(y, f64x2.sub(v128.load(y, 16), f64x2.mul(S, v128.load(x, 16))), 16);
    y += 32; x += 32;
  }
  for (let i = n & 3; i > 0; i--) { f64.store(y, f64.load(y) - s * f64.load(x)); y += 8; x += 8; }
}

/**
 * Householder reduction of the symmetric matrix at `a` to tridiagonal form: diagonal to `d`, off-diagonal to `e`.
 * Row k of `a` keeps its reflector right of the diagonal, `scale[k]` its factor; `work` holds n elements.
 */
export function tridiagonalise(n: i32, a: i32, d: i32, e: i32, scale: i32, work: i32): void {
  for (let k = 0; k < n - 2; k++) {
    const row = a + ((k * n) << 3), v = row + ((k + 1) << 3), m = n - k - 1, p = work + ((k + 1) << 3);
    const squared = dot(v, v, m), first = f64.load(v);
    const alpha = first > 0 ? -Math.sqrt(squared) : Math.sqrt(squared);
    f64.store(d + (k << 3), f64.load(row + (k << 3)));
    f64.store(e + (k << 3), alpha);
    if (alpha == 0) { f64.store(scale + (k << 3), 0); continue; }
    f64.store(v, first - alpha);
    const beta = 2 / (squared - 2 * alpha * first + alpha * alpha);
    f64.store(scale + (k << 3), beta);
    let half: f64 = 0;
    for (let i = 0; i < m; i++) {
      const t = beta * dot(a + (((k + 1 + i) * n + k + 1) << 3), v, m);
      f64.store(p + (i << 3), t);
      half += t * f64.load(v + (i << 3));
    }
    half *= beta / 2;
    for (let i = 0; i < m; i++) f64.store(p + (i << 3), f64.load(p + (i << 3)) - half * f64.load(v + (i << 3)));
    for (let i = 0; i < m; i++)
      subtract2(a + (((k + 1 + i) * n + k + 1) << 3), p, f64.load(v + (i << 3)), v, f64.load(p + (i << 3)), m);
  }
  if (n > 1) {
    f64.store(d + ((n - 2) << 3), f64.load(a + (((n - 2) * n + n - 2) << 3)));
    f64.store(e + ((n - 2) << 3), f64.load(a + (((n - 2) * n + n - 1) << 3)));
  }
  f64.store(d + ((n - 1) << 3), f64.load(a + ((n * n - 1) << 3)));
}

/** Applies the reflectors that `tridiagonalise` left in `a` to the identity: row i of `q` becomes basis vector i. */
export function formBasis(n: i32, a: i32, scale: i32, q: i32): void {
  memory.fill(q, 0, (n * n) << 3);
  for (let i = 0; i < n; i++) f64.store(q + ((i * n + i) << 3), 1);
  for (let k = n - 3; k >= 0; k--) {
    const beta = f64.load(scale + (k << 3));
    if (beta == 0) continue;
    const v = a + ((k * n + k + 1) << 3), m = n - k - 1;
    for (let i = k + 1; i < n; i++) {
      const row = q + ((i * n + k + 1) << 3);
      subtract(row, v, beta * dot(row, v, m), m);
    }
  }
}

/** Rotates rows i and i + 1 of `q` by (c[i], s[i]), for i = to - 1 down to from; eight columns at a time stay in registers. */
export function rotateRows(n: i32, q: i32, from: i32, to: i32, c: i32, s: i32): void {
  let column = 0;
  for (; column + 8 <= n; column += 8) {
    let row = q + ((to * n + column) << 3);
    let x0 = v128.load(row), x1 = v128.load(row, 16), x2 = v128.load(row, 32), x3 = v128.load(row, 48);
    for (let i = to - 1; i >= from; i--) {
      const below = row; row -= n << 3;
      const C = v128.load64_splat(c + (i << 3)), S = v128.load64_splat(s + (i << 3));
      const y0 = v128.load(row), y1 = v128.load(row, 16), y2 = v128.load(row, 32), y3 = v128.load(row, 48);
      v128.store(below, f64x2.add(f64x2.mul(S, y0), f64x2.mul(C, x0)));
      v128.store(below, f64x2.add(f64x2.mul(S, y1), f64x2.mul(C, x1)), 16);
      v128.store(below, f64x2.add(f64x2.mul(S, y2), f64x2.mul(C, x2)), 32);
      v128.store(below, f64x2.add(f64x2.mul(S, y3), f64x2.mul(C, x3)), 48);
      x0 = f64x2.sub(f64x2.mul(C, y0), f64x2.mul(S, x0));
      x1 = f64x2.sub(f64x2.mul(C, y1), f64x2.mul(S, x1));
      x2 = f64x2.sub(f64x2.mul(C, y2), f64x2.mul(S, x2));
      x3 = f64x2.sub(f64x2.mul(C, y3), f64x2.mul(S, x3));
    }
    v128.store(row, x0); v128.store(row, x1, 16); v128.store(row, x2, 32); v128.store(row, x3, 48);
  }
  for (; column < n; column++) {
    let row = q + ((to * n + column) << 3), x = f64.load(row);
    for (let i = to - 1; i >= from; i--) {
      const below = row; row -= n << 3;
      const C = f64.load(c + (i << 3)), S = f64.load(s + (i << 3)), y = f64.load(row);
      f64.store(below, S * y + C * x);
      x = C * y - S * x;
    }
    f64.store(row, x);
  }
}
