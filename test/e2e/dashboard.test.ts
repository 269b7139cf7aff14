import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, openChromium } from '../_chromium.ts'
import { keepPicture, show, type Shown } from './_dashboard.ts'

describe.skipIf(chromiumPath === undefined)('the operator’s page', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openChromium()
  })
  afterAll(() => browser.close())

  it('shows a run as it happens, in light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const shown = await show(browser, '/', { context: { colorScheme } })
      await playRun(shown)
      const { page, complaints } = shown
      await page.getByText('Lost volume 20 (21st)').waitFor()
      await page.waitForTimeout(1500)
      await keepPicture(page, `operator-${colorScheme}`)
      expect(complaints).toEqual([])
      expect(await page.locator('#status').innerText()).toBe('running')
    }
  })
})

async function playRun({ decode, withhold, emit, page }: Shown): Promise<void> {
  await page.locator('.bar').first().waitFor()
  for (let volume = 0; volume < 60; volume++) {
    if (volume === 20) {
      emit({ type: 'volume.parked', volume: 21, waitingFor: 20 })
      emit({ type: 'volume.lost', volume, waitedMs: 1000 })
      withhold(volume, 'lost')
    } else if (volume === 40) {
      decode(volume, { late: true, ageMs: 2300 })
      emit({ type: 'feedback.late', volume, ageMs: 2300, deadlineMs: 2000 })
    } else decode(volume)
  }
}
