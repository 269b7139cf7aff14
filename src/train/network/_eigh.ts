/** A symmetric matrix `[n x n]` -> eigenvalues and eigenvectors as columns, by Jacobi rotations. */
export function eigh(input: Float64Array, n: number) {
  const a = input.slice()
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q]!
        off += apq * apq
        if (Math.abs(apq) < 1e-300) continue
        const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq)
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1),
          s = t * c
        for (let k = 0; k < n; k++) {
          const x = a[k * n + p]!,
            y = a[k * n + q]!
          a[k * n + p] = c * x - s * y
          a[k * n + q] = s * x + c * y
        }
        for (let k = 0; k < n; k++) {
          const x = a[p * n + k]!,
            y = a[q * n + k]!
          a[p * n + k] = c * x - s * y
          a[q * n + k] = s * x + c * y
        }
        for (let k = 0; k < n; k++) {
          const x = v[k * n + p]!,
            y = v[k * n + q]!
          v[k * n + p] = c * x - s * y
          v[k * n + q] = s * x + c * y
        }
      }
    if (off < 1e-24) break
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors: v }
}
