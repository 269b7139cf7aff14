// SIMD kernels on volumes, in AssemblyScript: borders, patches, sampling and pooling. Compile with `npm run kernels`, which adds to
// asc --importMemory --initialMemory 1 --maximumMemory 65536
// Pointers are byte offsets into the memory of kernels.as.ts, under the same rules; arrays are float32 `[N, D, H, W, C]`.

// @ts-ignore
@inline function ld(p: usize): v128 { return v128.load(p); }
// @ts-ignore
@inline function st(p: usize, v: v128): void { v128.store(p, v); }
// @ts-ignore
@inline function at(base: usize, n: i32, d: i32, h: i32, w: i32, D: i32, H: i32, W: i32, px: usize): usize {
  return base + <usize>(((n * D + d) * H + h) * W + w) * px;
}
// @ts-ignore
@inline function addRow(from: usize, to: usize, bytes: usize): void {
  const whole = bytes & ~15;
  for (let i: usize = 0; i < whole; i += 16) st(to + i, f32x4.add(ld(to + i), ld(from + i)));
  for (let i = whole; i < bytes; i += 4) store<f32>(to + i, load<f32>(to + i) + load<f32>(from + i));
}

// --- borders ------------------------------------------------------------------------------------------------------------------------

/** y = x with (ld, lh, lw) voxels before it (negative: cut off), cut or zero-filled to Dp x Hp x Wp. With `scale`, voxels become
 *  relu(x * scale + shift) on the way, C a multiple of 4. */
export function padVolume(x: usize, y: usize, N: i32, D: i32, H: i32, W: i32, C: i32, Dp: i32, Hp: i32, Wp: i32, ld0: i32, lh: i32, lw: i32, scale: usize, shift: usize): void {
  const px = <usize>C << 2, row = <usize>Wp * px;
  const left = max(lw, 0), from = max(-lw, 0), count = max(0, min(W - from, Wp - left));
  const head = <usize>left * px, body = <usize>count * px;
  for (let n = 0; n < N; n++) for (let d = -ld0; d < Dp - ld0; d++) for (let h = -lh; h < Hp - lh; h++, y += row) {
    if (<u32>d >= <u32>D || <u32>h >= <u32>H) { memory.fill(y, 0, row); continue; }
    const source = at(x, n, d, h, from, D, H, W, px);
    if (head) memory.fill(y, 0, head);
    if (scale) normReluVoxels(source, y + head, count, px, scale, shift); else memory.copy(y + head, source, body);
    if (head + body < row) memory.fill(y + head + body, 0, row - head - body);
  }
}
// @ts-ignore
@inline function normReluVoxels(x: usize, y: usize, count: i32, px: usize, scale: usize, shift: usize): void {
  const zero = f32x4.splat(0);
  for (let r = 0; r < count; r++, x += px, y += px)
    for (let i: usize = 0; i < px; i += 16) st(y + i, f32x4.pmax(zero, f32x4.add(f32x4.mul(ld(x + i), ld(scale + i)), ld(shift + i))));
}
/** The reverse: x is what of it lies inside y; voxels that were cut off get zero. */
export function unpadVolume(y: usize, x: usize, N: i32, D: i32, H: i32, W: i32, C: i32, Dp: i32, Hp: i32, Wp: i32, ld0: i32, lh: i32, lw: i32): void {
  const px = <usize>C << 2, row = <usize>W * px;
  const left = max(lw, 0), from = max(-lw, 0), count = max(0, min(W - from, Wp - left));
  const head = <usize>from * px, body = <usize>count * px;
  for (let n = 0; n < N; n++) for (let d = ld0; d < D + ld0; d++) for (let h = lh; h < H + lh; h++, x += row) {
    if (<u32>d >= <u32>Dp || <u32>h >= <u32>Hp) { memory.fill(x, 0, row); continue; }
    memory.fill(x, 0, head);
    memory.copy(x + head, at(y, n, d, h, left, Dp, Hp, Wp, px), body);
    memory.fill(x + head + body, 0, row - head - body);
  }
}

// --- patches ------------------------------------------------------------------------------------------------------------------------

/** Rows r0..r1-1 of the patch matrix of a padded volume: a row is an output voxel, its columns are (tap, channel). A row's kw taps
 *  along W are one run of memory. Writes up to 12 bytes past the end. */
export function patchesOfVolume(x: usize, col: usize, r0: i32, r1: i32, Dp: i32, Hp: i32, Wp: i32, C: i32, Do: i32, Ho: i32, Wo: i32, kd: i32, kh: i32, kw: i32, sd: i32, sh: i32, sw: i32): void {
  const px = <usize>C << 2, run = <usize>kw * px, line = <usize>Wp * px, plane = <usize>Hp * line;
  let w = r0 % Wo, h = r0 / Wo % Ho, d = r0 / (Wo * Ho) % Do, n = r0 / (Wo * Ho * Do);
  for (let r = r0; r < r1; r++) {
    const base = at(x, n, d * sd, h * sh, w * sw, Dp, Hp, Wp, px);
    for (let a = 0; a < kd; a++) for (let b = 0; b < kh; b++, col += run) {
      const from = base + <usize>a * plane + <usize>b * line;
      for (let i: usize = 0; i < run; i += 16) st(col + i, ld(from + i));
    }
    if (++w == Wo) { w = 0; if (++h == Ho) { h = 0; if (++d == Do) { d = 0; n++; } } }
  }
}
/** The transpose: adds patch rows into a padded volume. */
export function patchesIntoVolume(col: usize, x: usize, r0: i32, r1: i32, Dp: i32, Hp: i32, Wp: i32, C: i32, Do: i32, Ho: i32, Wo: i32, kd: i32, kh: i32, kw: i32, sd: i32, sh: i32, sw: i32): void {
  const px = <usize>C << 2, run = <usize>kw * px, line = <usize>Wp * px, plane = <usize>Hp * line;
  let w = r0 % Wo, h = r0 / Wo % Ho, d = r0 / (Wo * Ho) % Do, n = r0 / (Wo * Ho * Do);
  for (let r = r0; r < r1; r++) {
    const base = at(x, n, d * sd, h * sh, w * sw, Dp, Hp, Wp, px);
    for (let a = 0; a < kd; a++) for (let b = 0; b < kh; b++, col += run)
      addRow(col, base + <usize>a * plane + <usize>b * line, run);
    if (++w == Wo) { w = 0; if (++h == Ho) { h = 0; if (++d == Do) { d = 0; n++; } } }
  }
}

// --- sampling -----------------------------------------------------------------------------------------------------------------------

/** y[n, d, h, w] = x[n, od + d * sd, oh + h * sh, ow + w * sw], all of which must exist. */
export function takeVoxels(x: usize, y: usize, N: i32, D: i32, H: i32, W: i32, C: i32, Do: i32, Ho: i32, Wo: i32, sd: i32, sh: i32, sw: i32, od: i32, oh: i32, ow: i32): void {
  const px = <usize>C << 2;
  for (let n = 0; n < N; n++) for (let d = 0; d < Do; d++) for (let h = 0; h < Ho; h++) for (let w = 0; w < Wo; w++, y += px)
    memory.copy(y, at(x, n, od + d * sd, oh + h * sh, ow + w * sw, D, H, W, px), px);
}
/** The transpose: adds y into x. */
export function addVoxels(y: usize, x: usize, N: i32, D: i32, H: i32, W: i32, C: i32, Do: i32, Ho: i32, Wo: i32, sd: i32, sh: i32, sw: i32, od: i32, oh: i32, ow: i32): void {
  const px = <usize>C << 2;
  for (let n = 0; n < N; n++) for (let d = 0; d < Do; d++) for (let h = 0; h < Ho; h++) for (let w = 0; w < Wo; w++, y += px)
    addRow(y, at(x, n, od + d * sd, oh + h * sh, ow + w * sw, D, H, W, px), px);
}

// --- pooling ------------------------------------------------------------------------------------------------------------------------

// Where a window meets the volume: the taps lo..hi-1 along one axis.
// @ts-ignore
@inline function firstTap(start: i32): i32 { return max(0, -start); }
// @ts-ignore
@inline function endTap(start: i32, k: i32, length: i32): i32 { return min(k, length - start); }

/** Largest value of each window, and which tap holds it (the last one of equals). With `scale`, of relu(x * scale + shift); a window
 *  whose maximum is 0 then has no tap (255). At most 255 taps. What is written past a voxel's channels, the next voxel overwrites. */
export function maxPoolVolume(x: usize, y: usize, tap: usize, N: i32, D: i32, H: i32, W: i32, C: i32, Do: i32, Ho: i32, Wo: i32, kd: i32, kh: i32, kw: i32, sd: i32, sh: i32, sw: i32, ld0: i32, lh: i32, lw: i32, scale: usize, shift: usize): void {
  const px = <usize>C << 2, lowest = scale ? f32x4.splat(0) : f32x4.splat(-Infinity);
  for (let n = 0; n < N; n++) for (let d = 0; d < Do; d++) for (let h = 0; h < Ho; h++) for (let w = 0; w < Wo; w++, y += px, tap += C) {
    const d0 = d * sd - ld0, h0 = h * sh - lh, w0 = w * sw - lw, a1 = endTap(d0, kd, D), b1 = endTap(h0, kh, H), e0 = firstTap(w0), e1 = endTap(w0, kw, W);
    for (let i: usize = 0; i < px; i += 16) {
      const k = scale ? ld(scale + i) : lowest, s = scale ? ld(shift + i) : lowest;
      let best = lowest, which = i32x4.splat(255);
      for (let a = firstTap(d0); a < a1; a++) for (let b = firstTap(h0); b < b1; b++) {
        let p = at(x, n, d0 + a, h0 + b, w0 + e0, D, H, W, px) + i;
        for (let e = e0; e < e1; e++, p += px) {
          const v = scale ? f32x4.add(f32x4.mul(ld(p), k), s) : ld(p), wins = scale ? f32x4.gt(v, best) : f32x4.ge(v, best);
          best = v128.bitselect(v, best, wins); which = v128.bitselect(i32x4.splat((a * kh + b) * kw + e), which, wins);
        }
      }
      st(y + i, best);
      const bytes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(which, which), i16x8.narrow_i32x4_u(which, which));
      v128.store32_lane(tap + (i >> 2), bytes, 0);
    }
  }
}
/** Adds each dy to its winner in dx, which the caller has zeroed. */
export function maxPoolVolumeGrad(dy: usize, tap: usize, dx: usize, N: i32, D: i32, H: i32, W: i32, C: i32, Do: i32, Ho: i32, Wo: i32, kd: i32, kh: i32, kw: i32, sd: i32, sh: i32, sw: i32, ld0: i32, lh: i32, lw: i32): void {
  const px = <usize>C << 2, taps = kh * kw;
  for (let n = 0; n < N; n++) for (let d = 0; d < Do; d++) for (let h = 0; h < Ho; h++) for (let w = 0; w < Wo; w++, dy += px, tap += C) {
    const base = at(dx, n, d * sd - ld0, h * sh - lh, w * sw - lw, D, H, W, px);
    for (let c = 0; c < C; c++) {
      const t: i32 = load<u8>(tap + c); if (t == 255) continue;
      const a = t / taps, p = base + <usize>((a * H + t / kw % kh) * W + t % kw) * px + (<usize>c << 2);
      store<f32>(p, load<f32>(p) + load<f32>(dy + (<usize>c << 2)));
    }
  }
}
/** Mean of each window over the voxels that exist. back: adds dy / count to every voxel of its window in x instead, which the caller has zeroed. */
export function averagePoolVolume(x: usize, y: usize, N: i32, D: i32, H: i32, W: i32, C: i32, Do: i32, Ho: i32, Wo: i32, kd: i32, kh: i32, kw: i32, sd: i32, sh: i32, sw: i32, ld0: i32, lh: i32, lw: i32, back: bool): void {
  const px = <usize>C << 2;
  for (let n = 0; n < N; n++) for (let d = 0; d < Do; d++) for (let h = 0; h < Ho; h++) for (let w = 0; w < Wo; w++, y += px) {
    const d0 = d * sd - ld0, h0 = h * sh - lh, w0 = w * sw - lw, a0 = firstTap(d0), b0 = firstTap(h0), e0 = firstTap(w0);
    const a1 = endTap(d0, kd, D), b1 = endTap(h0, kh, H), e1 = endTap(w0, kw, W), count = (a1 - a0) * (b1 - b0) * (e1 - e0);
    if (!back) memory.fill(y, 0, px);
    for (let a = a0; a < a1; a++) for (let b = b0; b < b1; b++) for (let e = e0; e < e1; e++) {
      const p = at(x, n, d0 + a, h0 + b, w0 + e, D, H, W, px);
      if (back) for (let i: usize = 0; i < px; i += 4) store<f32>(p + i, load<f32>(p + i) + load<f32>(y + i) / <f32>count);
      else addRow(p, y, px);
    }
    if (!back) for (let i: usize = 0; i < px; i += 4) store<f32>(y + i, load<f32>(y + i) / <f32>count);
  }
}
