// Winograd's F(2,3) in three dimensions, in AssemblyScript: 2x2x2 outputs from 4x4x4 inputs by 64 products instead of 216. Compile with
// `npm run kernels`, which adds to asc --importMemory --initialMemory 1 --maximumMemory 65536
// Arrays are float32, C a multiple of 4. The 64 products of all tiles lie in 64 planes `[tiles x C]`. Lavin and Gray (2016), arXiv 1509.09308.

/** 64 cache lines of scratch in the first page, which belongs to the kernels. */
const S: usize = 16384;
/** Bytes of a cache line. */
const LINE: usize = 64;

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

// @ts-ignore
@inline function column(q: usize, e0: v128, e1: v128, e2: v128, e3: v128): void {
  st(q, sub(e0, e2)); st(q + 64, add(e1, e2)); st(q + 128, sub(e2, e1)); st(q + 192, sub(e1, e3));
}

/** V[i][tile][c] = B' x B for the tiles t0 to t1 of a padded input; planes of V are `plane` bytes apart. */
export function winogradInput(x: usize, V: usize, plane: usize, t0: i32, t1: i32, TD: i32, TH: i32, TW: i32, C: i32, Dp: i32, Hp: i32, Wp: i32): void {
  const px = <usize>C << 2, line = <usize>Wp * px, slab = <usize>Hp * line; let out = V;
  for (let t = t0; t < t1; t++) {
    const w = t % TW, h = t / TW % TH, d = t / (TW * TH) % TD, n = t / (TW * TH * TD);
    const base = x + <usize>(n * Dp + 2 * d) * slab + <usize>(2 * h) * line + <usize>(2 * w) * px;
    for (let o: usize = 0; o < px; o += 16, out += 16) {
      // Along w and h in registers, slab by slab; along d from the scratch.
      for (let a: usize = 0; a < 4; a++) {
        const p0 = base + a * slab + o, p1 = p0 + line, p2 = p1 + line, p3 = p2 + line, q = S + a * 256;
        column(q, sub(ld(p0), ld(p0 + 2 * px)), sub(ld(p1), ld(p1 + 2 * px)), sub(ld(p2), ld(p2 + 2 * px)), sub(ld(p3), ld(p3 + 2 * px)));
        const a1 = ld(p0 + px), a2 = ld(p0 + 2 * px), b1 = ld(p1 + px), b2 = ld(p1 + 2 * px), c1 = ld(p2 + px), c2 = ld(p2 + 2 * px), d1 = ld(p3 + px), d2 = ld(p3 + 2 * px);
        column(q + 16, add(a1, a2), add(b1, b2), add(c1, c2), add(d1, d2));
        column(q + 32, sub(a2, a1), sub(b2, b1), sub(c2, c1), sub(d2, d1));
        column(q + 48, sub(a1, ld(p0 + 3 * px)), sub(b1, ld(p1 + 3 * px)), sub(c1, ld(p2 + 3 * px)), sub(d1, ld(p3 + 3 * px)));
      }
      for (let i: usize = 0; i < 16; i++) {
        const q = S + i * 16, e0 = ld(q), e1 = ld(q + 256), e2 = ld(q + 512), e3 = ld(q + 768), v = out + i * plane;
        st(v, sub(e0, e2)); st(v + 16 * plane, add(e1, e2)); st(v + 32 * plane, sub(e2, e1)); st(v + 48 * plane, sub(e1, e3));
      }
    }
  }
}
/** y = A' M A: the 2x2x2 outputs of the tiles t0 to t1, whose planes are `plane` bytes apart; outputs outside the volume are left out. */
export function winogradOutput(M: usize, y: usize, plane: usize, t0: i32, t1: i32, D: i32, H: i32, W: i32, C: i32): void {
  const TD = (D + 1) >> 1, TH = (H + 1) >> 1, TW = (W + 1) >> 1, px = <usize>C << 2; let m = M;
  for (let t = t0; t < t1; t++) {
    const w = t % TW, h = t / TW % TH, d = t / (TW * TH) % TD, n = t / (TW * TH * TD);
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
}
/** The transpose of winogradOutput: M = A dy A'. */
export function winogradOutputGrad(dy: usize, M: usize, plane: usize, t0: i32, t1: i32, D: i32, H: i32, W: i32, C: i32): void {
  const TD = (D + 1) >> 1, TH = (H + 1) >> 1, TW = (W + 1) >> 1, px = <usize>C << 2, z = f32x4.splat(0); let m = M;
  for (let t = t0; t < t1; t++) {
    const w = t % TW, h = t / TW % TH, d = t / (TW * TH) % TD, n = t / (TW * TH * TD);
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
}
/** U[t] = G w G' for n = Cin * Cout weights per tap, a multiple of 16: 27 taps -> 64 planes. Planes may fall on the same cache sets, so whole lines are written. */
export function winogradWeights(w: usize, U: usize, n: i32): void {
  const tap = <usize>n << 2;
  for (let o: usize = 0; o < tap; o += LINE) {
    for (let v: usize = 0; v < LINE; v += 16) {
      const s0 = S + v;
      for (let a: usize = 0; a < 3; a++) for (let b: usize = 0; b < 3; b++) {
        const p = w + (a * 9 + b * 3) * tap + o + v, g0 = ld(p), g1 = ld(p + tap), g2 = ld(p + 2 * tap), q = s0 + (a * 16 + b * 4) * LINE, s = halfOf(add(g0, g2)), t = halfOf(g1);
        st(q, g0); st(q + LINE, add(s, t)); st(q + 2 * LINE, sub(s, t)); st(q + 3 * LINE, g2);
      }
      for (let a: usize = 0; a < 3; a++) for (let k: usize = 0; k < 4; k++) {
        const q = s0 + (a * 16 + k) * LINE, g0 = ld(q), g1 = ld(q + 4 * LINE), g2 = ld(q + 8 * LINE), s = halfOf(add(g0, g2)), t = halfOf(g1);
        st(q + 4 * LINE, add(s, t)); st(q + 8 * LINE, sub(s, t)); st(q + 12 * LINE, g2);
      }
      for (let i: usize = 0; i < 16; i++) {
        const q = s0 + i * LINE, g0 = ld(q), g1 = ld(q + 16 * LINE), g2 = ld(q + 32 * LINE), s = halfOf(add(g0, g2)), t = halfOf(g1);
        st(q + 16 * LINE, add(s, t)); st(q + 32 * LINE, sub(s, t)); st(q + 48 * LINE, g2);
      }
    }
    for (let i: usize = 0; i < 64; i++) {
      const q = S + i * LINE, u = U + i * tap + o;
      st(u, ld(q)); st(u + 16, ld(q + 16)); st(u + 32, ld(q + 32)); st(u + 48, ld(q + 48));
    }
  }
}
/** The transpose of winogradWeights: dw = G' dU G. */
export function winogradWeightsGrad(U: usize, w: usize, n: i32): void {
  const tap = <usize>n << 2;
  for (let o: usize = 0; o < tap; o += LINE) {
    for (let i: usize = 0; i < 64; i++) {
      const q = S + i * LINE, u = U + i * tap + o;
      st(q, ld(u)); st(q + 16, ld(u + 16)); st(q + 32, ld(u + 32)); st(q + 48, ld(u + 48));
    }
    for (let v: usize = 0; v < LINE; v += 16) {
      const s0 = S + v;
      for (let i: usize = 0; i < 16; i++) {
        const q = s0 + i * LINE, u0 = ld(q), u1 = ld(q + 16 * LINE), u2 = ld(q + 32 * LINE), u3 = ld(q + 48 * LINE), s = halfOf(add(u1, u2));
        st(q, add(u0, s)); st(q + 16 * LINE, halfOf(sub(u1, u2))); st(q + 32 * LINE, add(s, u3));
      }
      for (let a: usize = 0; a < 3; a++) {
        for (let k: usize = 0; k < 4; k++) {
          const q = s0 + (a * 16 + k) * LINE, u0 = ld(q), u1 = ld(q + 4 * LINE), u2 = ld(q + 8 * LINE), u3 = ld(q + 12 * LINE), s = halfOf(add(u1, u2));
          st(q, add(u0, s)); st(q + 4 * LINE, halfOf(sub(u1, u2))); st(q + 8 * LINE, add(s, u3));
        }
        for (let b: usize = 0; b < 3; b++) {
          const q = s0 + (a * 16 + b * 4) * LINE, u0 = ld(q), u1 = ld(q + LINE), u2 = ld(q + 2 * LINE), u3 = ld(q + 3 * LINE), s = halfOf(add(u1, u2)), p = w + (a * 9 + b * 3) * tap + o + v;
          st(p, add(u0, s)); st(p + tap, halfOf(sub(u1, u2))); st(p + 2 * tap, add(s, u3));
        }
      }
    }
  }
}
