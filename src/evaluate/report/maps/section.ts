/** Selection frequency and mean functional image -> the section of a report that shows them on the anatomy. */
import type { Grid } from '../../../core/types.ts'
import { html, type Html } from '../html.ts'
import { formatCount } from '../numbers.ts'
import { pngAddress } from '../quality/png.ts'
import { drawMosaic } from './mosaic.ts'
import { formatViewer } from './viewer.ts'

/** Maps of a run, as they lie in its folder, and what is needed to look at them. */
export interface ReportMaps {
  readonly grid: Grid
  /** Mean functional image, `[nVoxels]`. */
  readonly background: Float32Array
  /** How many folds used each voxel, `[nVoxels]`. */
  readonly selection: Float32Array
  /** Folds that the counts are of. */
  readonly nFolds: number
  /** The two `.nii.gz` files, byte for byte. */
  readonly files: { readonly background: Uint8Array; readonly selection: Uint8Array }
  /** Source of the viewer; slices only without it. */
  readonly viewer?: string
}

/**
 * The selected voxels on the mean functional image.
 *
 * @param maps - The maps.
 * @returns The section.
 * @throws Never.
 */
export function formatMaps(maps: ReportMaps): Html {
  const { grid, background, selection, nFolds, files, viewer } = maps
  const brightest = percentile(background, 0.99)
  const used = selection.filter((count) => count > 0)
  const everywhere = used.filter((count) => count === nFolds).length
  const images = { background: files.background, overlay: files.selection, brightest }
  const mosaic = drawMosaic(background, selection, grid, brightest, nFolds)
  return html`<h2>Selected voxels</h2>
    <figure>
      ${viewer === undefined ? undefined : formatViewer({ ...images, largest: nFolds }, viewer)}
      <div class="slices">
        <img
          src="${pngAddress(mosaic)}"
          width="${mosaic.width}"
          height="${mosaic.height}"
          alt="axial slices of the mean functional image with the selected voxels"
        />
        <p><span>L</span><span>axial, from below to above</span><span>R</span></p>
      </div>
      <figcaption>
        Voxels that the classifier was given, on the mean functional image: dark red in one fold,
        yellow in all ${nFolds}. ${formatCount(used.length)} voxels were used in some fold,
        ${formatCount(everywhere)} of them in every one. The same maps are in the folder of the run
        as maps/selection.nii.gz and maps/mean.nii.gz.
      </figcaption>
    </figure>`
}

function percentile(values: Float32Array, share: number): number {
  const positive = values.filter((value) => Number.isFinite(value) && value > 0).sort()
  return positive[Math.floor(share * (positive.length - 1))] ?? 1
}
