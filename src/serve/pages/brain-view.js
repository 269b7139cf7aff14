/** The volume of now and the decoder's voxels -> three slices and a rendering, drawn by NiiVue. Needs WebGL 2, and says so without it. */

/**
 * @typedef {object} BrainView
 * @property {() => void} update - There is a newer volume; it is fetched when the view is seen, once a second at most.
 */

const minIntervalMs = 1000

/**
 * Makes the view.
 *
 * @param {HTMLCanvasElement} canvas - Where to.
 * @param {HTMLElement} caption - Says which volume is shown, or why none is.
 * @param {string | null} meaning - What is drawn over the volume; null for nothing.
 * @returns {BrainView} The view.
 */
export function createBrainView(canvas, caption, meaning) {
  let seen = false
  let wanted = false
  let busy = false
  /** @type {((bytes: ArrayBuffer) => Promise<void>) | undefined} */
  let show

  if (document.createElement('canvas').getContext('webgl2') === null) {
    caption.textContent = 'This browser has no WebGL 2, so volumes are not drawn.'
    return { update: () => undefined }
  }

  const refresh = async () => {
    if (busy || !seen || !wanted) return
    busy = true
    wanted = false
    try {
      const response = await fetch('/volume.nii')
      if (response.ok) {
        show ??= await openViewer(canvas, meaning !== null)
        await show(await response.arrayBuffer())
        caption.textContent = `Volume ${response.headers.get('X-Volume-Index')} (0-based)${
          meaning === null ? '' : `; in colour, ${meaning}`
        }`
      }
    } catch (error) {
      caption.textContent = `The volume cannot be drawn: ${String(error)}`
    }
    setTimeout(() => {
      busy = false
      void refresh()
    }, minIntervalMs)
  }
  new IntersectionObserver((entries) => {
    seen = entries.some(({ isIntersecting }) => isIntersecting)
    void refresh()
  }).observe(canvas)
  return {
    update: () => {
      wanted = true
      void refresh()
    },
  }
}

/**
 * Loads the viewer when the first volume is there: it is large, and everything else comes first.
 *
 * @param {HTMLCanvasElement} canvas - Where to.
 * @param {boolean} hasSelection - Whether something is drawn over the volume.
 * @returns {Promise<(bytes: ArrayBuffer) => Promise<void>>} Shows a volume.
 */
async function openViewer(canvas, hasSelection) {
  const { Niivue, NVImage } = await import('/assets/niivue.js')
  const viewer = new Niivue({
    backColor: [0, 0, 0, 1],
    show3Dcrosshair: false,
    crosshairWidth: 0.4,
    crosshairWidthUnit: 'percent',
    isResizeCanvas: true,
    loadingText: '',
    logLevel: 'silent',
    dragAndDropEnabled: false,
  })
  await viewer.attachToCanvas(canvas)
  viewer.setSliceType(viewer.sliceTypeMultiplanar)
  /** @type {InstanceType<typeof NVImage> | undefined} */
  let shown
  return async (bytes) => {
    const image = await NVImage.loadFromUrl({ url: bytes, name: 'volume.nii' })
    if (shown === undefined) {
      viewer.addVolume(image)
      if (hasSelection)
        await viewer.addVolumesFromUrl([
          { url: '/selection.nii', name: 'selection.nii', colormap: 'warm', opacity: 0.55 },
        ])
      shown = image
      return
    }
    // Voxels are exchanged in place, so that crosshair and contrast stay as the operator has set them.
    shown.img = image.img
    shown.hdr = image.hdr
    viewer.updateGLVolume()
  }
}
