/** White noise -> spatially smooth noise of unit variance in every voxel, by one Gaussian per axis. Volumes are flat, x runs fastest. */

/** One axis of the smoother: row i holds the weights of voxels `i - radius .. i + radius`, with unit sum of squares. */
export interface AxisSmoother {
  readonly n: number
  readonly radius: number
  /** `[n x (2 radius + 1)]`; weights of voxels outside the grid are 0. */
  readonly weights: Float64Array
}

/**
 * Builds the three axis smoothers of a grid.
 *
 * @param shape - Voxels along x, y and z.
 * @param sigmaVoxels - SD of the Gaussian in voxels; 0 leaves a volume as it is.
 * @returns One smoother per axis.
 * @throws Never.
 * @remarks Each row has unit sum of squares, so that smoothed white noise has unit variance up to the border of the grid.
 */
export function createSmoother(shape: readonly number[], sigmaVoxels: number): AxisSmoother[] {
  const radius = Math.ceil(3 * sigmaVoxels)
  const nTaps = 2 * radius + 1
  return shape.map((n) => {
    const weights = new Float64Array(n * nTaps)
    for (let i = 0; i < n; i++) {
      let sumOfSquares = 0
      for (let d = -radius; d <= radius; d++) {
        if (i + d < 0 || i + d >= n) continue
        const weight = d === 0 ? 1 : Math.exp(-(d * d) / (2 * sigmaVoxels * sigmaVoxels))
        weights[i * nTaps + d + radius] = weight
        sumOfSquares += weight * weight
      }
      for (let d = 0; d < nTaps; d++) weights[i * nTaps + d]! /= Math.sqrt(sumOfSquares)
    }
    return { n, radius, weights }
  })
}

/**
 * Smooths a volume of white noise in place.
 *
 * @param smoother - The smoothers of x, y and z.
 * @param volume - `[nVoxels]`; overwritten by the result.
 * @param scratch - As long as `volume`; overwritten.
 * @returns Nothing.
 * @throws Never.
 * @remarks O(nVoxels * taps) per axis.
 */
export function smoothInPlace(
  smoother: readonly AxisSmoother[],
  volume: Float64Array,
  scratch: Float64Array,
): void {
  let stride = 1
  for (const axis of smoother) {
    if (axis.radius > 0) {
      smoothAxis(axis, volume, scratch, stride)
      volume.set(scratch)
    }
    stride *= axis.n
  }
}

/**
 * Correlation of smoothed white noise between positions along one axis; the product over the axes is the correlation of two voxels.
 *
 * @param axis - The axis smoother.
 * @returns `[n x n]`, row-major.
 * @throws Never.
 */
export function axisCorrelation(axis: AxisSmoother): Float64Array {
  const { n, radius, weights } = axis
  const nTaps = 2 * radius + 1
  const correlation = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      for (let k = Math.max(i, j) - radius; k <= Math.min(i, j) + radius; k++)
        correlation[i * n + j]! +=
          weights[i * nTaps + k - i + radius]! * weights[j * nTaps + k - j + radius]!
  return correlation
}

function smoothAxis(
  axis: AxisSmoother,
  source: Float64Array,
  target: Float64Array,
  stride: number,
): void {
  const { n, radius, weights } = axis
  const nTaps = 2 * radius + 1
  target.fill(0)
  for (let start = 0; start < source.length; start += n * stride)
    for (let i = 0; i < n; i++) {
      const out = start + i * stride
      const last = Math.min(n - 1, i + radius)
      for (let j = Math.max(0, i - radius); j <= last; j++) {
        const weight = weights[i * nTaps + j - i + radius]!
        const from = start + j * stride
        for (let k = 0; k < stride; k++) target[out + k]! += weight * source[from + k]!
      }
    }
}
