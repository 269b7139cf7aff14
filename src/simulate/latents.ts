/** Film and task -> courses in the latent response space that subjects share. Courses are `[nVolumes x nDims]`, row-major. */
import type { Matrix64 } from '../core/types.ts'
import type { Rng } from '../core/rng.ts'
import type { SimulateOptions } from './options.ts'
import { createAutoregression } from './noise.ts'

/**
 * Draws the response of the film, which is the same in every subject: rich (all dimensions independent) and as smooth as blood is.
 *
 * @param nVolumes - Volumes of the film.
 * @param nDims - Latent dimensions.
 * @param kernel - Haemodynamic response, one value per volume.
 * @param rng - Stream of the dataset.
 * @returns `[nVolumes x nDims]`; each dimension has mean 0 and variance 1 over the film.
 * @throws Never.
 */
export function drawFilm(
  nVolumes: number,
  nDims: number,
  kernel: Float64Array,
  rng: Rng,
): Matrix64 {
  const data = new Float64Array(nVolumes * nDims)
  for (let dim = 0; dim < nDims; dim++) {
    // The film starts before the first volume, so that the response has settled by then.
    const drive = Float64Array.from({ length: nVolumes + kernel.length }, () => rng.normal())
    const course = Float64Array.from({ length: nVolumes }, (_, volume) =>
      kernel.reduce((sum, weight, lag) => sum + weight * drive[volume + kernel.length - lag]!, 0),
    )
    const mean = course.reduce((sum, value) => sum + value, 0) / nVolumes
    const variance = course.reduce((sum, value) => sum + (value - mean) ** 2, 0) / nVolumes
    for (let volume = 0; volume < nVolumes; volume++)
      data[volume * nDims + dim] = (course[volume]! - mean) / Math.sqrt(variance)
  }
  return { data, nRows: nVolumes, nCols: nDims }
}

/**
 * Draws the latent response of each condition: one direction that both share and one that is its own.
 *
 * @param nConditions - Conditions.
 * @param options - Dimensions, amplitude, effect and share in common.
 * @param rng - Stream of the dataset.
 * @returns `[nConditions x nDims]`; each row has length `taskAmplitude * effect * sqrt(nDims)`, or 0 in a null dataset and where the task
 *   changes textures.
 * @throws Never.
 * @remarks Directions are orthonormal, so two conditions are exactly `sqrt(2 (1 - commonShare))` lengths apart.
 */
export function drawConditionPatterns(
  nConditions: number,
  options: Pick<
    SimulateOptions,
    'latentDims' | 'taskAmplitude' | 'effect' | 'null' | 'commonShare' | 'texture'
  >,
  rng: Rng,
): Matrix64 {
  const { latentDims: nDims, commonShare } = options
  const directions = drawOrthonormal(nConditions + 1, nDims, rng)
  const effect = options.null || options.texture ? 0 : options.effect
  const length = options.taskAmplitude * effect * Math.sqrt(nDims)
  const data = new Float64Array(nConditions * nDims)
  for (let condition = 0; condition < nConditions; condition++)
    for (let dim = 0; dim < nDims; dim++)
      data[condition * nDims + dim] =
        length *
        (Math.sqrt(commonShare) * directions[nConditions]![dim]! +
          Math.sqrt(1 - commonShare) * directions[condition]![dim]!)
  return { data, nRows: nConditions, nCols: nDims }
}

/**
 * The latent response to a task run.
 *
 * @param regressors - Response of each condition's blocks, `[nVolumes x nConditions]`, about 1 on a block's plateau.
 * @param patterns - Latent response of each condition, `[nConditions x nDims]`.
 * @returns `[nVolumes x nDims]`.
 * @throws Never.
 */
export function taskResponse(regressors: Matrix64, patterns: Matrix64): Matrix64 {
  const nDims = patterns.nCols
  const data = new Float64Array(regressors.nRows * nDims)
  for (let volume = 0; volume < regressors.nRows; volume++)
    for (let condition = 0; condition < patterns.nRows; condition++) {
      const weight = regressors.data[volume * regressors.nCols + condition]!
      for (let dim = 0; dim < nDims; dim++)
        data[volume * nDims + dim]! += weight * patterns.data[condition * nDims + dim]!
    }
  return { data, nRows: regressors.nRows, nCols: nDims }
}

/**
 * Adds what a subject's mind does on its own: AR(1) noise in every latent dimension.
 *
 * @param response - The evoked response, `[nVolumes x nDims]`.
 * @param options - SD and autocorrelation.
 * @param rng - Stream of this run.
 * @returns A new matrix of the same shape.
 * @throws Never.
 */
export function addLatentNoise(
  response: Matrix64,
  options: Pick<SimulateOptions, 'latentNoiseSd' | 'ar1'>,
  rng: Rng,
): Matrix64 {
  const next = createAutoregression(response.nCols, options.ar1, (values) => {
    for (let dim = 0; dim < values.length; dim++) values[dim] = rng.normal()
  })
  const data = response.data.slice()
  for (let start = 0; start < data.length; start += response.nCols) {
    const noise = next()
    for (let dim = 0; dim < noise.length; dim++)
      data[start + dim]! += options.latentNoiseSd * noise[dim]!
  }
  return { ...response, data }
}

/** Gram-Schmidt on normal vectors: directions that are uniform on the sphere and orthogonal to each other. */
function drawOrthonormal(n: number, nDims: number, rng: Rng): Float64Array[] {
  const directions: Float64Array[] = []
  while (directions.length < n) {
    const vector = Float64Array.from({ length: nDims }, () => rng.normal())
    for (const earlier of directions) {
      const along = earlier.reduce((sum, value, dim) => sum + value * vector[dim]!, 0)
      for (let dim = 0; dim < nDims; dim++) vector[dim]! -= along * earlier[dim]!
    }
    const length = Math.hypot(...vector)
    directions.push(vector.map((value) => value / length))
  }
  return directions
}
