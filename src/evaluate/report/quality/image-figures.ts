/** A run's mean and tSNR volumes -> three planes of each, with the outline of the brain mask. */
import { html, type Html } from '../html.ts'
import { formatDecimal } from '../numbers.ts'
import { drawPlanes, viridis, type Plane } from './planes.ts'
import { pngAddress } from './png.ts'
import type { RunQuality } from './run-quality.ts'

/**
 * Shows the mean of the volumes.
 *
 * @param quality - The run.
 * @returns The figure.
 * @throws Never.
 */
export function formatMeanFigure({ mean, mask, grid, motion }: RunQuality): Html {
  const brightest = percentile(inside(mean, mask), 0.99)
  const planes = drawPlanes(mean, mask, grid, [0, brightest])
  return formatPlanes(
    planes,
    'mean volume',
    `Mean of the ${motion === undefined ? '' : 'realigned '}volumes through the middle of the brain mask, whose border is drawn in orange. It should follow the brain, without the eyes and without holes.`,
  )
}

/**
 * Shows the temporal signal-to-noise ratio.
 *
 * @param quality - The run.
 * @returns The figure.
 * @throws Never.
 */
export function formatTsnrFigure({ tsnr, mask, grid }: RunQuality): Html {
  const highest = percentile(inside(tsnr.volume, mask), 0.98)
  const planes = drawPlanes(tsnr.volume, mask, grid, [0, highest], viridis)
  const [low, high] = tsnr.quartiles.map((value) => formatDecimal(value, 1))
  return formatPlanes(
    planes,
    'temporal signal-to-noise ratio',
    `Temporal signal-to-noise ratio: mean over standard deviation after a straight line was removed, from 0 (dark blue) to ${formatDecimal(highest, 0)} and above (yellow). Median ${formatDecimal(tsnr.median, 1)}, half of the brain voxels between ${low!} and ${high!}.`,
  )
}

function formatPlanes(planes: readonly Plane[], what: string, caption: string): Html {
  return html`<figure>
    <div class="planes">
      ${planes.map(
        ({ name, pixels, edges }) =>
          html`<div>
            <img
              src="${pngAddress(pixels)}"
              width="${pixels.width}"
              height="${pixels.height}"
              alt="${name} plane of the ${what}"
            />
            <p><span>${edges[0]}</span><span>${name}</span><span>${edges[1]}</span></p>
          </div> `,
      )}
    </div>
    <figcaption>${caption}</figcaption>
  </figure>`
}

function inside(volume: ArrayLike<number>, mask: Uint8Array): Float64Array {
  return Float64Array.from(volume).filter((value, v) => mask[v] !== 0 && Number.isFinite(value))
}

function percentile(values: Float64Array, share: number): number {
  return values.sort()[Math.floor(share * (values.length - 1))] ?? 1
}
