import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  formatQualityHeadline,
  formatQualityHtml,
  type RunQuality,
} from '../../../../src/evaluate/report/quality/index.ts'
import { chromiumPath, openChromium } from '../../../_chromium.ts'
import { sampleQuality } from './_sample-quality.ts'

const hostile = '<img src="x" onerror="throw 1">&amp;'
const pages: Record<string, RunQuality> = {
  full: sampleQuality(),
  still: sampleQuality({ motion: undefined, displacementMm: undefined }),
  clean: sampleQuality({ outliers: [], findings: [] }),
  hostile: sampleQuality({ title: hostile, facts: [[hostile, hostile]] }),
}

describe('formatQualityHtml', () => {
  it('gives the same bytes for the same run, and names no other file or site', () => {
    expect(formatQualityHtml(sampleQuality())).toBe(formatQualityHtml(sampleQuality()))
    for (const quality of Object.values(pages)) {
      const page = formatQualityHtml(quality).replaceAll('http://www.w3.org/', '')
      expect(page).not.toMatch(/https?:|@import|url\(|<script|<link|<iframe/)
    }
  })

  it('says in words what was found', () => {
    const page = formatQualityHtml(pages.full!)
    expect(page).toContain('nobody says when the slices were measured')
    expect(page).toContain('<th scope="row">30</th>')
    expect(page).toContain('with <code>limbic convert</code> or dcm2niix')
    expect(page).toContain('Mean of the realigned volumes')
    expect(page).toContain('1 flagged for framewise displacement over 0.5 mm, standardised DVARS')
    const still = formatQualityHtml(pages.still!)
    expect(still).toContain('Motion was not measured')
    expect(still).toContain('Mean of the volumes')
    expect(still).toContain('1 flagged for standardised DVARS over 1.5')
    expect(still).not.toContain('displacement (mm)')
    expect(formatQualityHtml(pages.clean!)).toContain('Nothing was found wrong with this run.')
    expect(formatQualityHtml(pages.clean!)).toContain(
      'None: no framewise displacement over 0.5 mm, no standardised DVARS over 1.5.',
    )
  })
})

describe('formatQualityHeadline', () => {
  it('sums the run up', () => {
    expect(formatQualityHeadline(pages.full!)).toMatch(
      /^60 volumes: mean framewise displacement 0\.1\d mm, largest 0\.80 mm; 1 \(2 %\) stands out\. Median temporal signal-to-noise ratio 61\.2\.$/,
    )
    expect(formatQualityHeadline(pages.still!)).toContain('motion was not measured')
    expect(formatQualityHeadline(pages.clean!)).toContain('no volume stands out')
  })
})

describe.skipIf(chromiumPath === undefined)('the page in a browser', () => {
  let browser: Browser
  const folder = mkdtempSync(join(tmpdir(), 'limbic-quality-'))
  beforeAll(async () => {
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it.each([
    ['full', 1000],
    ['full', 390],
    ['still', 390],
    ['hostile', 390],
  ] as const)('%s fits %i pixels, loads nothing, and shows its images', async (name, width) => {
    const { page, requests, messages } = await show(name, width)
    expect(messages).toEqual([])
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    const sizes = await page.evaluate<number[]>(
      `[...document.querySelectorAll('img')].map((image) => image.naturalWidth)`,
    )
    expect(sizes).toHaveLength(6)
    for (const size of sizes) expect(size).toBeGreaterThan(50)
    await page.close()
  })

  it('draws a line per parameter, the limits and the carpet', async () => {
    const { page } = await show('full', 1000)
    const count = (selector: string): Promise<number> => page.locator(selector).count()
    expect(await count('svg')).toBe(6)
    expect(await count('svg[aria-label="Translations"] g[aria-label="line"]')).toBe(3)
    expect(await count('svg[aria-label="Framewise displacement"] [stroke-dasharray] line')).toBe(2)
    const href = await page
      .locator('svg[aria-label="Carpet of all brain voxels"] image')
      .getAttribute('href')
    expect(href).toMatch(/^data:image\/png;base64,/)
    await page.close()
  })

  async function show(
    name: string,
    width: number,
  ): Promise<{ page: Page; requests: string[]; messages: string[] }> {
    const file = join(folder, `${name}.html`)
    const url = pathToFileURL(file).href
    writeFileSync(file, formatQualityHtml(pages[name]!))
    const page = await browser.newPage({ viewport: { width, height: 800 } })
    const requests: string[] = []
    const messages: string[] = []
    page.on('request', (request) => request.url() === url || requests.push(request.url()))
    page.on('console', (message) => messages.push(message.text()))
    page.on('pageerror', (error) => messages.push(error.message))
    await page.goto(url)
    return { page, requests, messages }
  }
})
