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
  // Well above what is usual, so that the map is brighter than any tissue.
  const brightest = 1.5 * percentile(background, 0.99)
  const used = selection.filter((count) => count > 0)
  const everywhere = used.filter((count) => count === nFolds).length
  const images = {
    ...{ background: files.background, overlay: files.selection },
    ...{ brightest, largest: nFolds, crosshair: crosshairOf(selection, grid) },
  }
  const mosaic = drawMosaic(background, selection, grid, brightest, nFolds)
  return html`<h2>Selected voxels</h2>
    <figure>
      ${viewer === undefined ? undefined : formatViewer(images, viewer)}
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

/** In the middle of the voxels that most folds used, at one of them. */
function crosshairOf(selection: Float32Array, { shape, affine }: Grid): [number, number, number] {
  const [nx, ny] = shape
  const most = selection.reduce((largest, count) => Math.max(largest, count), 0)
  const voxels = [...selection.keys()].filter((voxel) => selection[voxel] === most)
  const places = voxels.map((v) => [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))])
  const middle = [0, 1, 2].map((i) => places.reduce((sum, p) => sum + p[i]!, 0) / places.length)
  const distance = (place: readonly number[]): number =>
    Math.hypot(...place.map((value, i) => value - middle[i]!))
  const nearest = places.reduce((best, p) => (distance(p) < distance(best) ? p : best), places[0]!)
  const mm = (row: number): number =>
    nearest.reduce((sum, value, i) => sum + affine[4 * row + i]! * value, affine[4 * row + 3]!)
  return [mm(0), mm(1), mm(2)]
}

function percentile(values: Float32Array, share: number): number {
  const positive = values.filter((value) => Number.isFinite(value) && value > 0).sort()
  return positive[Math.floor(share * (positive.length - 1))] ?? 1
}
