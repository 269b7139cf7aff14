import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '../_chromium.ts'
import { limbic, temporaryFolder } from './_cli.ts'

/** WebGL in software, so that the viewer is drawn on machines without a display too. */
const drawing = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader']
/** As a browser of a locked-down machine: no WebGL at all. */
const flat = ['--disable-gpu', '--disable-3d-apis']

describe.skipIf(chromiumPath === undefined)('the report of a run', () => {
  const { dir: folder, remove } = temporaryFolder()
  let url: string
  beforeAll(async () => {
    const bids = join(folder, 'bids')
    const out = join(folder, 'run')
    await limbic('simulate', bids, '--subjects', '5', '--runs', '1', '--volumes', '90')
    await limbic(
      ...['run', 'linear-loso', '--bids', bids, '--out', out, '--jobs', '1'],
      ...['--permutations', '2', '--set', 'classify.baselines=["ridge"]'],
    )
    url = pathToFileURL(join(out, 'report.html')).href
  }, 240_000)
  afterAll(remove)

  it('draws every figure and the viewer, says nothing on the console and asks for nothing', async () => {
    const { page, messages, requests, close } = await open(drawing, 1100)
    await page.waitForFunction('document.documentElement.dataset.viewer !== undefined')
    expect(await page.evaluate('document.documentElement.dataset.viewer')).toBe('drawn')
    expect(await drawnShare(page)).toBeGreaterThan(0.05)
    expect(await emptyFigures(page)).toEqual([])
    expect(await page.locator('figure').count()).toBeGreaterThanOrEqual(5)
    expect(messages).toEqual([])
    expect(requests).toEqual([])
    await close()
  }, 60_000)

  it('shows slices instead where volumes cannot be drawn', async () => {
    const { page, messages, close } = await open(flat, 1100)
    expect(await page.locator('#viewer').isVisible()).toBe(false)
    expect(await page.locator('.slices img').isVisible()).toBe(true)
    expect(
      await page.evaluate<number>(`document.querySelector('.slices img').naturalWidth`),
    ).toBeGreaterThan(100)
    expect(messages).toEqual([])
    await close()
  }, 60_000)

  it('does not scroll sideways on a phone, and shows slices on paper', async () => {
    const { page, messages, close } = await open(drawing, 400)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(400)
    const pdf = await page.pdf({ format: 'A4' })
    expect(pdf.length).toBeGreaterThan(10_000)
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('.slices img').isVisible()).toBe(true)
    expect(messages).toEqual([])
    await close()
  }, 60_000)

  it('is drawn again with the same bytes', async () => {
    const file = join(folder, 'run', 'report.html')
    const first = readFileSync(file)
    await limbic('report', join(folder, 'run'))
    expect(readFileSync(file).equals(first)).toBe(true)
  }, 60_000)

  async function open(args: readonly string[], width: number) {
    const browser: Browser = await chromium.launch({
      executablePath: chromiumPath ?? 'chromium',
      args: ['--no-sandbox', '--disable-background-networking', ...args],
    })
    const page = await browser.newPage({ viewport: { width, height: 800 } })
    const messages: string[] = []
    const requests: string[] = []
    page.on('console', (message) => messages.push(message.text()))
    page.on('pageerror', (error) => messages.push(error.message))
    page.on('request', (request) => {
      if (/^(?!data:|blob:)/.test(request.url()) && request.url() !== url)
        requests.push(request.url())
    })
    await page.goto(url)
    return { page, messages, requests, close: () => browser.close() }
  }
})

/** Figures without a single mark or picture. */
function emptyFigures(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('figure')]
    .filter((figure) => figure.querySelectorAll('svg circle, svg path, svg rect, svg line, img, canvas').length === 0)
    .map((figure) => figure.textContent.slice(0, 80))`)
}

/** Share of the viewer's pixels that are not black. */
async function drawnShare(page: Page): Promise<number> {
  const png = (await page.locator('#viewer').screenshot()).toString('base64')
  return page.evaluate(`(async () => {
    const image = await createImageBitmap(await new Promise((done) => {
      const bytes = Uint8Array.from(atob('${png}'), (c) => c.charCodeAt(0))
      done(new Blob([bytes], { type: 'image/png' }))
    }))
    const canvas = new OffscreenCanvas(image.width, image.height)
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, image.width, image.height)
    let bright = 0
    for (let i = 0; i < data.length; i += 4) if (data[i] + data[i + 1] + data[i + 2] > 150) bright++
    return bright / (data.length / 4)
  })()`)
}
