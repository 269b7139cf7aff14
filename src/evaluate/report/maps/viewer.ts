/** Compressed NIfTI images and the source of a viewer -> a block of HTML in which they can be turned and sliced, without asking anything of the network. */
import { createHash } from 'node:crypto'
import { html, trustHtml, type Html } from '../html.ts'

/** What the viewer shows. */
export interface ViewerImages {
  /** Bytes of a `.nii.gz` file. */
  readonly background: Uint8Array
  /** Bytes of a `.nii.gz` file on the same grid. */
  readonly overlay: Uint8Array
  /** Value of the background that is drawn white. */
  readonly brightest: number
  /** Value of the overlay that is drawn brightest; what is below a half is not drawn. */
  readonly largest: number
  /** Where the planes cross at first, in millimetres. */
  readonly crosshair: readonly [number, number, number]
}

/**
 * Draws the block. Where the browser cannot draw volumes it stays hidden, and what else the page shows of the map remains.
 *
 * @param images - The images.
 * @param library - Source of NiiVue, a classic script that sets `niivue`.
 * @returns The block.
 * @throws Never.
 */
export function formatViewer(images: ViewerImages, library: string): Html {
  const { brightest, largest, crosshair } = images
  const data = {
    background: toBase64(images.background),
    overlay: toBase64(images.overlay),
    ...{ brightest, largest, crosshair },
  }
  // Not one space may be added to a script: its hash is in the policy.
  const scripts = [asScript(library), startScript].map((text) => `<script>${text}</script>`)
  const json = `<script type="application/json" id="viewer-data">${JSON.stringify(data)}</script>`
  return html`<div class="viewer" id="viewer"><canvas id="viewer-canvas"></canvas></div>
    ${trustHtml([json, ...scripts].join('\n'))}`
}

/**
 * What a page with a viewer may run: these two scripts and nothing else, whatever text a dataset has put into the report.
 *
 * @param library - Source of the viewer.
 * @returns Directives to be added to the content security policy.
 * @throws Never.
 */
export function viewerPolicy(library: string): string {
  const hashes = [asScript(library), startScript].map(
    (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  )
  return `; script-src ${hashes.join(' ')}; img-src data: blob:; connect-src data: blob:`
}

/** A library must not end its own element, nor speak of a file beside it. */
function asScript(library: string): string {
  return library
    .replaceAll('</script', '<\\/script')
    .replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '')
}

/** Hides the viewer again when anything in it fails: the slices below show the same map. */
const startScript = `(async () => {
  const canvas = document.getElementById('viewer-canvas')
  const root = document.documentElement
  try {
    if (!document.createElement('canvas').getContext('webgl2')) return
    const data = JSON.parse(document.getElementById('viewer-data').textContent)
    root.classList.add('has-viewer')
    const nv = new niivue.Niivue({ logLevel: 'silent', backColor: [0, 0, 0, 1], show3Dcrosshair: true, crosshairWidth: 0.12, crosshairColor: [0.3, 0.8, 1, 1], dragAndDropEnabled: false, isColorbar: true })
    await nv.attachToCanvas(canvas)
    nv.addColormap('folds', { R: [150, 150, 203, 255], G: [0, 0, 60, 240], B: [0, 0, 30, 60], A: [0, 255, 255, 255], I: [0, 1, 128, 255] })
    const load = (base64, name, options) => niivue.NVImage.loadFromBase64({ base64, name, ...options })
    nv.addVolume(await load(data.background, 'mean.nii.gz', { colormap: 'gray', cal_min: 0, cal_max: data.brightest, colorbarVisible: false }))
    nv.addVolume(await load(data.overlay, 'selection.nii.gz', { colormap: 'folds', cal_min: 0.5, cal_max: data.largest, opacity: 1 }))
    nv.setInterpolation(true)
    nv.setSliceType(nv.sliceTypeMultiplanar)
    nv.scene.crosshairPos = nv.mm2frac(data.crosshair)
    nv.drawScene()
    root.dataset.viewer = 'drawn'
  } catch (error) {
    root.classList.remove('has-viewer')
    root.dataset.viewer = 'failed: ' + error
  }
})()`

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
