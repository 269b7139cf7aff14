// Cubic B-splines over a padded volume, in WebAssembly SIMD, in AssemblyScript. Compile (from the project's root):
//   npx asc src/preprocess/kernels.as.ts --enable simd -O3 --noAssert --runtime stub --initialMemory 1 -o src/preprocess/kernels.wasm
//
// Pointers are byte offsets into the memory, which the caller lays out. A padded volume of nx x ny x nz float32 has rows of `sx` floats (a multiple
// of 4, at least nx + 3), ny + 3 rows a slice and nz + 3 slices; voxel (i, j, k) lies at (i + 1, j + 1, k + 1), so that the four coefficients around
// any place inside the grid are there without asking. The padding holds the mirrored volume: -1 is 1, n is n - 2.

const pole: f32 = -0.26794919243112270647;
// The pole to this power is less than float32 rounding.
const horizon: i32 = 14;

// @ts-ignore
@inline function mirror(i: i32, n: i32): i32 {
  if (n == 1) return 0;
  const period = 2 * (n - 1);
  i = i < 0 ? -i : i;
  i %= period;
  return i < n ? i : period - i;
}

// @ts-ignore
@inline function rowAt(c: i32, ny: i32, sx: i32, j: i32, k: i32): i32 {
  return c + (((k + 1) * (ny + 3) + j + 1) * sx << 2);
}

/** Turns the samples in a padded volume into coefficients of the cubic B-spline through them, and fills the padding. */
export function coefficients(c: i32, nx: i32, ny: i32, nz: i32, sx: i32): void {
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++) filterRow(rowAt(c, ny, sx, j, k) + 4, nx);
  padX(c, nx, ny, nz, sx);
  const row = sx << 2, slice = (ny + 3) * row;
  for (let k = 0; k < nz; k++)
    for (let x = 0; x < row; x += 16) filterLanes(rowAt(c, ny, sx, 0, k) + x, ny, row);
  padY(c, ny, nz, sx);
  for (let x = 0; x < slice; x += 16) filterLanes(c + slice + x, nz, slice);
  padZ(c, ny, nz, sx);
}

/** Unser, Aldroubi and Eden's recursive filter along a row of floats. */
function filterRow(p: i32, n: i32): void {
  if (n < 2) return;
  let sum: f32 = 0, power: f32 = 1;
  for (let i = 0; i <= horizon; i++) {
    sum += power * f32.load(p + (mirror(i, n) << 2));
    power *= pole;
  }
  let c: f32 = <f32>6 * sum;
  f32.store(p, c);
  for (let i = 1; i < n; i++) {
    c = <f32>6 * f32.load(p + (i << 2)) + pole * c;
    f32.store(p + (i << 2), c);
  }
  c = (pole / (pole * pole - 1)) * (c + pole * f32.load(p + ((n - 2) << 2)));
  f32.store(p + ((n - 1) << 2), c);
  for (let i = n - 2; i >= 0; i--) {
    c = pole * (c - f32.load(p + (i << 2)));
    f32.store(p + (i << 2), c);
  }
}

/** The same for four neighbouring lines at a time, whose samples are `step` bytes apart. */
function filterLanes(p: i32, n: i32, step: i32): void {
  if (n < 2) return;
  const Z = f32x4.splat(pole), six = f32x4.splat(6);
  let sum = f32x4.splat(0), power: f32 = 1;
  for (let i = 0; i <= horizon; i++) {
    sum = f32x4.add(sum, f32x4.mul(f32x4.splat(power), v128.load(p + mirror(i, n) * step)));
    power *= pole;
  }
  let c = f32x4.mul(six, sum), at = p;
  v128.store(at, c);
  for (let i = 1; i < n; i++) {
    at += step;
    c = f32x4.add(f32x4.mul(six, v128.load(at)), f32x4.mul(Z, c));
    v128.store(at, c);
  }
  c = f32x4.mul(f32x4.splat(pole / (pole * pole - 1)), f32x4.add(c, f32x4.mul(Z, v128.load(at - step))));
  v128.store(at, c);
  for (let i = n - 2; i >= 0; i--) {
    at -= step;
    c = f32x4.mul(Z, f32x4.sub(c, v128.load(at)));
    v128.store(at, c);
  }
}

function padX(c: i32, nx: i32, ny: i32, nz: i32, sx: i32): void {
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++) {
      const row = rowAt(c, ny, sx, j, k), first = row + 4;
      f32.store(row, f32.load(first + (mirror(-1, nx) << 2)));
      for (let i = nx; i < sx - 1; i++) f32.store(first + (i << 2), f32.load(first + (mirror(i, nx) << 2)));
    }
}

function padY(c: i32, ny: i32, nz: i32, sx: i32): void {
  for (let k = 0; k < nz; k++)
    for (let j = -1; j < ny + 2; j += j < 0 ? ny + 1 : 1)
      memory.copy(rowAt(c, ny, sx, j, k), rowAt(c, ny, sx, mirror(j, ny), k), sx << 2);
}

function padZ(c: i32, ny: i32, nz: i32, sx: i32): void {
  const slice = (ny + 3) * sx << 2;
  for (let k = -1; k < nz + 2; k += k < 0 ? nz + 1 : 1)
    memory.copy(c + (k + 1) * slice, c + (mirror(k, nz) + 1) * slice, slice);
}

/**
 * Blurs the coefficients in `src` into `dst`, padding included; `spare` is a third padded volume. The weights of each axis run from -radius to
 * radius; `line` has room for a row and two radii.
 */
export function smooth(
  src: i32, dst: i32, spare: i32, nx: i32, ny: i32, nz: i32, sx: i32,
  wx: i32, rx: i32, wy: i32, ry: i32, wz: i32, rz: i32, line: i32,
): void {
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++) blurRow(rowAt(src, ny, sx, j, k) + 4, rowAt(dst, ny, sx, j, k) + 4, nx, wx, rx, line);
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++) {
      const to = rowAt(spare, ny, sx, j, k);
      memory.fill(to, 0, sx << 2);
      for (let d = -ry; d <= ry; d++) addRow(to, rowAt(dst, ny, sx, mirror(j + d, ny), k), f32.load(wy + ((d + ry) << 2)), sx);
    }
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++) {
      const to = rowAt(dst, ny, sx, j, k);
      memory.fill(to, 0, sx << 2);
      for (let d = -rz; d <= rz; d++) addRow(to, rowAt(spare, ny, sx, j, mirror(k + d, nz)), f32.load(wz + ((d + rz) << 2)), sx);
    }
  padX(dst, nx, ny, nz, sx);
  padY(dst, ny, nz, sx);
  padZ(dst, ny, nz, sx);
}

function blurRow(from: i32, to: i32, n: i32, w: i32, r: i32, line: i32): void {
  for (let i = -r; i < n + r; i++) f32.store(line + ((i + r) << 2), f32.load(from + (mirror(i, n) << 2)));
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    let sum = f32x4.splat(0);
    for (let d = 0; d <= 2 * r; d++)
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(w + (d << 2)), v128.load(line + ((i + d) << 2))));
    v128.store(to + (i << 2), sum);
  }
  for (; i < n; i++) {
    let sum: f32 = 0;
    for (let d = 0; d <= 2 * r; d++) sum += f32.load(w + (d << 2)) * f32.load(line + ((i + d) << 2));
    f32.store(to + (i << 2), sum);
  }
}

// @ts-ignore
@inline function addRow(to: i32, from: i32, weight: f32, n: i32): void {
  const W = f32x4.splat(weight), end = to + (n << 2);
  while (to < end) {
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(W, v128.load(from))));
    to += 16; from += 16;
  }
}

/** The four weights at a fraction t of the way from the second to the third coefficient. */
// @ts-ignore
@inline function weights(t: f32): v128 {
  const T = f32x4.splat(t);
  let w = f32x4.mul(T, f32x4(-0.16666667, 0.5, -0.5, 0.16666667));
  w = f32x4.mul(T, f32x4.add(w, f32x4(0.5, -1, 0.5, 0)));
  w = f32x4.mul(T, f32x4.add(w, f32x4(-0.5, 0, 0.5, 0)));
  return f32x4.add(w, f32x4(0.16666667, 0.6666667, 0.16666667, 0));
}

// @ts-ignore
@inline function alongY(p: i32, row: i32, w0: v128, w1: v128, w2: v128, w3: v128): v128 {
  return f32x4.add(
    f32x4.add(f32x4.mul(w0, v128.load(p)), f32x4.mul(w1, v128.load(p + row))),
    f32x4.add(f32x4.mul(w2, v128.load(p + 2 * row)), f32x4.mul(w3, v128.load(p + 3 * row))),
  );
}

/** The spline at a place inside the grid, in voxels. */
// @ts-ignore
@inline function valueAt(c: i32, row: i32, slice: i32, x: f64, y: f64, z: f64): f32 {
  const fx = Math.floor(x), fy = Math.floor(y), fz = Math.floor(z);
  const p = c + (<i32>fz) * slice + (<i32>fy) * row + ((<i32>fx) << 2);
  const wx = weights(<f32>(x - fx)), wy = weights(<f32>(y - fy)), wz = weights(<f32>(z - fz));
  const y0 = v128.shuffle<f32>(wy, wy, 0, 0, 0, 0), y1 = v128.shuffle<f32>(wy, wy, 1, 1, 1, 1);
  const y2 = v128.shuffle<f32>(wy, wy, 2, 2, 2, 2), y3 = v128.shuffle<f32>(wy, wy, 3, 3, 3, 3);
  let sum = f32x4.mul(v128.shuffle<f32>(wz, wz, 0, 0, 0, 0), alongY(p, row, y0, y1, y2, y3));
  sum = f32x4.add(sum, f32x4.mul(v128.shuffle<f32>(wz, wz, 1, 1, 1, 1), alongY(p + slice, row, y0, y1, y2, y3)));
  sum = f32x4.add(sum, f32x4.mul(v128.shuffle<f32>(wz, wz, 2, 2, 2, 2), alongY(p + 2 * slice, row, y0, y1, y2, y3)));
  sum = f32x4.add(sum, f32x4.mul(v128.shuffle<f32>(wz, wz, 3, 3, 3, 3), alongY(p + 3 * slice, row, y0, y1, y2, y3)));
  sum = f32x4.mul(sum, wx);
  sum = f32x4.add(sum, v128.shuffle<f32>(sum, sum, 2, 3, 0, 1));
  return f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1);
}

// @ts-ignore
@inline function clamp(x: f64, last: f64): f64 {
  return Math.min(Math.max(x, 0), last);
}

/**
 * Reads the spline at every voxel of another grid of ox x oy x oz. `m` holds 3 x 4 float64: voxels of that grid to voxels of this one.
 * Places more than `slack` voxels outside this grid take its nearest border with `extend`, else `fill`. Returns how many they are.
 */
export function resample(
  c: i32, nx: i32, ny: i32, nz: i32, sx: i32, m: i32, ox: i32, oy: i32, oz: i32, out: i32, slack: f64, extend: bool, fill: f32,
): i32 {
  const row = sx << 2, slice = (ny + 3) * row, lx: f64 = nx - 1, ly: f64 = ny - 1, lz: f64 = nz - 1;
  let nOutside = 0;
  for (let k = 0; k < oz; k++)
    for (let j = 0; j < oy; j++) {
      const x0 = f64.load(m, 8) * j + f64.load(m, 16) * k + f64.load(m, 24);
      const y0 = f64.load(m, 40) * j + f64.load(m, 48) * k + f64.load(m, 56);
      const z0 = f64.load(m, 72) * j + f64.load(m, 80) * k + f64.load(m, 88);
      for (let i = 0; i < ox; i++) {
        const x = f64.load(m) * i + x0, y = f64.load(m, 32) * i + y0, z = f64.load(m, 64) * i + z0;
        const cx = clamp(x, lx), cy = clamp(y, ly), cz = clamp(z, lz);
        const isOutside = Math.abs(x - cx) > slack || Math.abs(y - cy) > slack || Math.abs(z - cz) > slack;
        if (isOutside) nOutside++;
        f32.store(out, isOutside && !extend ? fill : valueAt(c, row, slice, cx, cy, cz));
        out += 4;
      }
    }
  return nOutside;
}

/**
 * Normal equations of one Gauss-Newton step. Sample i has a row of 8 float32 (six derivatives, the reference's value, one free place) at `rows` and
 * its voxel as four uint16 (x, y, z, unused) at `places`; `m` (3 x 4 float64) maps voxels of the reference to voxels of the volume. With
 * d = volume - reference in the free place, the upper triangle of the 8 x 8 sum of u u' goes to `sums` (64 float64). Samples that fall less than
 * (bx, by, bz) voxels inside the volume are left out. `weight` has room for 64 float32. Returns how many samples took part.
 */
export function accumulate(
  c: i32, nx: i32, ny: i32, nz: i32, sx: i32, m: i32, n: i32, places: i32, rows: i32, bx: f64, by: f64, bz: f64, weight: i32, sums: i32,
): i32 {
  const row = sx << 2, slice = (ny + 3) * row;
  const hx = <f64>(nx - 1) - bx, hy = <f64>(ny - 1) - by, hz = <f64>(nz - 1) - bz;
  const m0 = f64.load(m), m1 = f64.load(m, 8), m2 = f64.load(m, 16), m3 = f64.load(m, 24);
  const m4 = f64.load(m, 32), m5 = f64.load(m, 40), m6 = f64.load(m, 48), m7 = f64.load(m, 56);
  const m8 = f64.load(m, 64), m9 = f64.load(m, 72), m10 = f64.load(m, 80), m11 = f64.load(m, 88);
  memory.fill(sums, 0, 512);
  let nInside = 0;
  for (let first = 0; first < n; first += 64) {
    const count = min(64, n - first), from = rows + (first << 5);
    for (let i = 0; i < count; i++) {
      const place = places + ((first + i) << 3);
      const a: f64 = i32.load16_u(place), b: f64 = i32.load16_u(place, 2), e: f64 = i32.load16_u(place, 4);
      const x = m0 * a + m1 * b + m2 * e + m3, y = m4 * a + m5 * b + m6 * e + m7, z = m8 * a + m9 * b + m10 * e + m11;
      const isInside = x >= bx && x <= hx && y >= by && y <= hy && z >= bz && z <= hz;
      const sample = from + (i << 5);
      f32.store(weight + (i << 2), isInside ? 1 : 0);
      f32.store(sample, isInside ? valueAt(c, row, slice, x, y, z) - f32.load(sample, 24) : 0, 28);
      nInside += isInside ? 1 : 0;
    }
    addProducts(from, weight, count, sums);
  }
  return nInside;
}

/** Adds the products of up to 64 rows, which float32 sums hold well enough, to the float64 sums. */
function addProducts(from: i32, weight: i32, count: i32, sums: i32): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0, t4 = s0, t5 = s0, t6 = s0, t7 = s0;
  for (let i = 0; i < count; i++) {
    const W = v128.load32_splat(weight + (i << 2)), lo = v128.load(from), hi = v128.load(from, 16);
    const a = f32x4.mul(W, lo), b = f32x4.mul(W, hi);
    const a0 = v128.shuffle<f32>(a, a, 0, 0, 0, 0), a1 = v128.shuffle<f32>(a, a, 1, 1, 1, 1);
    const a2 = v128.shuffle<f32>(a, a, 2, 2, 2, 2), a3 = v128.shuffle<f32>(a, a, 3, 3, 3, 3);
    s0 = f32x4.add(s0, f32x4.mul(a0, lo)); t0 = f32x4.add(t0, f32x4.mul(a0, hi));
    s1 = f32x4.add(s1, f32x4.mul(a1, lo)); t1 = f32x4.add(t1, f32x4.mul(a1, hi));
    s2 = f32x4.add(s2, f32x4.mul(a2, lo)); t2 = f32x4.add(t2, f32x4.mul(a2, hi));
    s3 = f32x4.add(s3, f32x4.mul(a3, lo)); t3 = f32x4.add(t3, f32x4.mul(a3, hi));
    t4 = f32x4.add(t4, f32x4.mul(v128.shuffle<f32>(b, b, 0, 0, 0, 0), hi));
    t5 = f32x4.add(t5, f32x4.mul(v128.shuffle<f32>(b, b, 1, 1, 1, 1), hi));
    t6 = f32x4.add(t6, f32x4.mul(v128.shuffle<f32>(b, b, 2, 2, 2, 2), hi));
    t7 = f32x4.add(t7, f32x4.mul(v128.shuffle<f32>(b, b, 3, 3, 3, 3), hi));
    from += 32;
  }
  addFour(sums, s0); addFour(sums + 32, t0); addFour(sums + 64, s1); addFour(sums + 96, t1);
  addFour(sums + 128, s2); addFour(sums + 160, t2); addFour(sums + 192, s3); addFour(sums + 224, t3);
  addFour(sums + 288, t4); addFour(sums + 352, t5); addFour(sums + 416, t6); addFour(sums + 480, t7);
}

// @ts-ignore
@inline function addFour(sums: i32, v: v128): void {
  v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(v)));
  v128.store(sums, f64x2.add(v128.load(sums, 16), f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 0, 1))), 16);
}
