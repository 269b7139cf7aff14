// Winograd's F(2,3) in three dimensions, in AssemblyScript: 2x2x2 outputs from 4x4x4 inputs by 64 products instead of 216. Compile with
// `npm run kernels`, which adds to asc --importMemory --initialMemory 1 --maximumMemory 65536
// Arrays are float32, C a multiple of 4. The 64 products of all tiles lie in 64 planes `[tiles x C]`. Lavin and Gray (2016), arXiv 1509.09308.

/** 64 vectors of scratch in the first page, which belongs to the kernels. */
const S: usize = 16384;
/** Added to the distance of the planes: a power of two would map them all to one cache set. */
const SKEW: usize = 64;

// @ts-ignore
@inline function ld(p: usize): v128 { return v128.load(p); }
// @ts-ignore
@inline function st(p: usize, v: v128): void { v128.store(p, v); }
// @ts-ignore
@inline function add(a: v128, b: v128): v128 { return f32x4.add(a, b); }
// @ts-ignore
@inline function sub(a: v128, b: v128): v128 { return f32x4.sub(a, b); }
// @ts-ignore
@inline function halfOf(a: v128): v128 { return f32x4.mul(a, f32x4.splat(0.5)); }

/** V[t][tile][c] = B' x B per tile of a padded input. */
export function winogradInput(x: usize, V: usize, N: i32, TD: i32, TH: i32, TW: i32, C: i32, Dp: i32, Hp: i32, Wp: i32): void {
  const px = <usize>C << 2, plane = <usize>(N * TD * TH * TW) * px + SKEW, line = <usize>Wp * px, slab = <usize>Hp * line; let out = V;
  for (let n = 0; n < N; n++) for (let d = 0; d < TD; d++) for (let h = 0; h < TH; h++) for (let w = 0; w < TW; w++) {
    const base = x + <usize>(n * Dp + 2 * d) * slab + <usize>(2 * h) * line + <usize>(2 * w) * px;
    for (let o: usize = 0; o < px; o += 16, out += 16) {
      let s = S;
      for (let a = 0; a < 4; a++) for (let b = 0; b < 4; b++, s += 64) {
        const p = base + <usize>a * slab + <usize>b * line + o, e0 = ld(p), e1 = ld(p + px), e2 = ld(p + 2 * px), e3 = ld(p + 3 * px);
        st(s, sub(e0, e2)); st(s + 16, add(e1, e2)); st(s + 32, sub(e2, e1)); st(s + 48, sub(e1, e3));
      }
      for (let a: usize = 0; a < 4; a++) for (let k: usize = 0; k < 4; k++) {
        const q = S + a * 256 + k * 16, e0 = ld(q), e1 = ld(q + 64), e2 = ld(q + 128), e3 = ld(q + 192);
        st(q, sub(e0, e2)); st(q + 64, add(e1, e2)); st(q + 128, sub(e2, e1)); st(q + 192, sub(e1, e3));
      }
      for (let i: usize = 0; i < 16; i++) {
        const q = S + i * 16, e0 = ld(q), e1 = ld(q + 256), e2 = ld(q + 512), e3 = ld(q + 768), v = out + i * plane;
        st(v, sub(e0, e2)); st(v + 16 * plane, add(e1, e2)); st(v + 32 * plane, sub(e2, e1)); st(v + 48 * plane, sub(e1, e3));
      }
    }
  }
}
/** y = A' M A: the 2x2x2 outputs of each tile; those outside the volume are left out. */
export function winogradOutput(M: usize, y: usize, N: i32, D: i32, H: i32, W: i32, C: i32): void {
  const TD = (D + 1) >> 1, TH = (H + 1) >> 1, TW = (W + 1) >> 1, px = <usize>C << 2, plane = <usize>(N * TD * TH * TW) * px + SKEW; let m = M;
  for (let n = 0; n < N; n++) for (let d = 0; d < TD; d++) for (let h = 0; h < TH; h++) for (let w = 0; w < TW; w++)
    for (let o: usize = 0; o < px; o += 16, m += 16) {
      for (let i: usize = 0; i < 16; i++) {
        const q = m + i * plane, e0 = ld(q), e1 = ld(q + 16 * plane), e2 = ld(q + 32 * plane), e3 = ld(q + 48 * plane), r = S + i * 16;
        st(r, add(add(e0, e1), e2)); st(r + 256, sub(sub(e1, e2), e3));
      }
      for (let a = 0; a < 2; a++) {
        const zd = 2 * d + a; if (zd >= D) continue;
        for (let k: usize = 0; k < 4; k++) {
          const q = S + <usize>a * 256 + k * 16, e0 = ld(q), e1 = ld(q + 64), e2 = ld(q + 128), e3 = ld(q + 192);
          st(q, add(add(e0, e1), e2)); st(q + 64, sub(sub(e1, e2), e3));
        }
        for (let b = 0; b < 2; b++) {
          const zh = 2 * h + b; if (zh >= H) continue;
          const q = S + <usize>a * 256 + <usize>b * 64, e0 = ld(q), e1 = ld(q + 16), e2 = ld(q + 32), e3 = ld(q + 48);
          const p = y + <usize>(((n * D + zd) * H + zh) * W + 2 * w) * px + o;
          st(p, add(add(e0, e1), e2)); if (2 * w + 1 < W) st(p + px, sub(sub(e1, e2), e3));
        }
      }
    }
}
/** The transpose of winogradOutput: M = A dy A'. */
export function winogradOutputGrad(dy: usize, M: usize, N: i32, D: i32, H: i32, W: i32, C: i32): void {
  const TD = (D + 1) >> 1, TH = (H + 1) >> 1, TW = (W + 1) >> 1, px = <usize>C << 2, plane = <usize>(N * TD * TH * TW) * px + SKEW, z = f32x4.splat(0); let m = M;
  for (let n = 0; n < N; n++) for (let d = 0; d < TD; d++) for (let h = 0; h < TH; h++) for (let w = 0; w < TW; w++)
    for (let o: usize = 0; o < px; o += 16, m += 16) {
      for (let a = 0; a < 2; a++) {
        const zd = 2 * d + a;
        for (let b = 0; b < 2; b++) {
          const zh = 2 * h + b, q = S + <usize>a * 256 + <usize>b * 64; let y0 = z, y1 = z;
          if (zd < D && zh < H) { const p = dy + <usize>(((n * D + zd) * H + zh) * W + 2 * w) * px + o; y0 = ld(p); if (2 * w + 1 < W) y1 = ld(p + px); }
          st(q, y0); st(q + 16, add(y0, y1)); st(q + 32, sub(y0, y1)); st(q + 48, f32x4.neg(y1));
        }
        for (let k: usize = 0; k < 4; k++) {
          const q = S + <usize>a * 256 + k * 16, y0 = ld(q), y1 = ld(q + 64);
          st(q + 64, add(y0, y1)); st(q + 128, sub(y0, y1)); st(q + 192, f32x4.neg(y1));
        }
      }
      for (let i: usize = 0; i < 16; i++) {
        const q = S + i * 16, y0 = ld(q), y1 = ld(q + 256), v = m + i * plane;
        st(v, y0); st(v + 16 * plane, add(y0, y1)); st(v + 32 * plane, sub(y0, y1)); st(v + 48 * plane, f32x4.neg(y1));
      }
    }
}
/** U[t] = G w G' for n = Cin * Cout weights per tap: 27 taps -> 64 planes. */
export function winogradWeights(w: usize, U: usize, n: i32): void {
  const tap = <usize>n << 2, plane = tap + SKEW;
  for (let o: usize = 0; o < tap; o += 16) {
    for (let a: usize = 0; a < 3; a++) for (let b: usize = 0; b < 3; b++) {
      const p = w + (a * 9 + b * 3) * tap + o, g0 = ld(p), g1 = ld(p + tap), g2 = ld(p + 2 * tap), q = S + a * 256 + b * 64, s = halfOf(add(g0, g2)), t = halfOf(g1);
      st(q, g0); st(q + 16, add(s, t)); st(q + 32, sub(s, t)); st(q + 48, g2);
    }
    for (let a: usize = 0; a < 3; a++) for (let k: usize = 0; k < 4; k++) {
      const q = S + a * 256 + k * 16, g0 = ld(q), g1 = ld(q + 64), g2 = ld(q + 128), s = halfOf(add(g0, g2)), t = halfOf(g1);
      st(q + 64, add(s, t)); st(q + 128, sub(s, t)); st(q + 192, g2);
    }
    for (let i: usize = 0; i < 16; i++) {
      const q = S + i * 16, g0 = ld(q), g1 = ld(q + 256), g2 = ld(q + 512), s = halfOf(add(g0, g2)), t = halfOf(g1), v = U + i * plane + o;
      st(v, g0); st(v + 16 * plane, add(s, t)); st(v + 32 * plane, sub(s, t)); st(v + 48 * plane, g2);
    }
  }
}
/** The transpose of winogradWeights: dw = G' dU G. */
export function winogradWeightsGrad(U: usize, w: usize, n: i32): void {
  const tap = <usize>n << 2, plane = tap + SKEW;
  for (let o: usize = 0; o < tap; o += 16) {
    for (let i: usize = 0; i < 16; i++) {
      const v = U + i * plane + o, u0 = ld(v), u1 = ld(v + 16 * plane), u2 = ld(v + 32 * plane), u3 = ld(v + 48 * plane), q = S + i * 16, s = halfOf(add(u1, u2));
      st(q, add(u0, s)); st(q + 256, halfOf(sub(u1, u2))); st(q + 512, add(s, u3));
    }
    for (let a: usize = 0; a < 3; a++) {
      for (let k: usize = 0; k < 4; k++) {
        const q = S + a * 256 + k * 16, u0 = ld(q), u1 = ld(q + 64), u2 = ld(q + 128), u3 = ld(q + 192), s = halfOf(add(u1, u2));
        st(q, add(u0, s)); st(q + 64, halfOf(sub(u1, u2))); st(q + 128, add(s, u3));
      }
      for (let b: usize = 0; b < 3; b++) {
        const q = S + a * 256 + b * 64, u0 = ld(q), u1 = ld(q + 16), u2 = ld(q + 32), u3 = ld(q + 48), s = halfOf(add(u1, u2)), p = w + (a * 9 + b * 3) * tap + o;
        st(p, add(u0, s)); st(p + tap, halfOf(sub(u1, u2))); st(p + 2 * tap, add(s, u3));
      }
    }
  }
}
