import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, openChromium } from '../_chromium.ts'
import { keepPicture, show } from './_dashboard.ts'

let browser: Browser
beforeAll(async () => {
  if (chromiumPath !== undefined) browser = await openChromium()
})
afterAll(() => browser?.close())

/** How full the shape is, 0 to 1; null while it is neutral. */
function fullness(page: Page): Promise<number | null> {
  return page.evaluate(`(() => {
    const fill = document.querySelector('.fill')
    const { height } = fill.getBoundingClientRect()
    return getComputedStyle(fill).display === 'none' ? null : height / fill.parentElement.clientHeight
  })()`)
}

const still = { reducedMotion: 'reduce' } as const
const values = (negative: number): { smoothed: Record<string, number> } => ({
  smoothed: { negative, neutral: 0.6 * (1 - negative), rest: 0.4 * (1 - negative) },
})

describe.skipIf(chromiumPath === undefined)('the subject’s page', () => {
  it('shows one shape and nothing else, before, during and after a run', async () => {
    const { page, decode, session, server, complaints } = await show(browser, '/subject', {
      context: still,
    })
    const check = async (): Promise<void> => {
      expect(await page.evaluate('document.body.innerText.trim()')).toBe('')
      expect(await page.locator('body *').count()).toBe(3)
      expect(await page.locator('body').ariaSnapshot()).toBe('- img "Feedback"')
    }
    await check()
    await expect.poll(() => server.nClients).toBe(1)
    await keepPicture(page, 'subject-neutral')
    expect(await fullness(page)).toBeNull()
    decode(0, values(0.7))
    await expect.poll(() => fullness(page)).toBeCloseTo(0.7, 2)
    await check()
    await keepPicture(page, 'subject-thermometer')
    await session.stop()
    await expect.poll(() => fullness(page)).toBeNull()
    await check()
    expect(complaints).toEqual([])
  })

  it('turns neutral for a volume without feedback, and never shows a number that nobody decoded', async () => {
    const { page, decode, withhold, server } = await show(browser, '/subject', { context: still })
    await expect.poll(() => server.nClients).toBe(1)
    await page.waitForTimeout(100)
    for (const reason of ['warming-up', 'lost', 'skipped', 'failed'] as const) {
      decode(0, values(0.4))
      await expect.poll(() => fullness(page)).toBeCloseTo(0.4, 2)
      withhold(1, reason)
      await expect.poll(() => fullness(page)).toBeNull()
    }
  })

  it('holds the last value for a missing volume when told so, until it is stale', async () => {
    const { page, decode, withhold, server } = await show(
      browser,
      '/subject?missing=hold&stale=3000',
      { context: still },
    )
    await expect.poll(() => server.nClients).toBe(1)
    await page.waitForTimeout(100)
    decode(0, values(0.4))
    await expect.poll(() => fullness(page)).toBeCloseTo(0.4, 2)
    withhold(1, 'lost')
    await page.waitForTimeout(100)
    expect(await fullness(page)).toBeCloseTo(0.4, 2)
    await expect.poll(() => fullness(page), { timeout: 10_000 }).toBeNull()
  })

  it('shows what came before it knew which class it is to show', async () => {
    // Anything that asks for nothing itself.
    const { page, decode, base } = await show(browser, '/assets/icon.svg', { context: still })
    let [ask, answer] = [(): void => undefined, (): void => undefined]
    const asked = new Promise<void>((resolve) => (ask = resolve))
    const held = new Promise<void>((resolve) => (answer = resolve))
    await page.route('**/session', async (route) => {
      ask()
      await held
      await route.continue()
    })
    await page.goto(`${base}/subject`)
    await asked
    decode(0, values(0.4))
    await page.waitForTimeout(100)
    expect(await fullness(page)).toBeNull()
    answer()
    await expect.poll(() => fullness(page)).toBeCloseTo(0.4, 2)
  })

  it('shows the class, shape, colours and range that its address asks for', async () => {
    const { page, decode, server } = await show(
      browser,
      '/subject?class=rest&shape=circle&color=33aa55&background=white&low=0.1&high=0.5',
      { context: still },
    )
    await expect.poll(() => server.nClients).toBe(1)
    await page.waitForTimeout(100)
    decode(0, { smoothed: { negative: 0.5, neutral: 0.2, rest: 0.3 } })
    await expect.poll(() => fullness(page)).toBeCloseTo(0.5, 2)
    const colors = await page.evaluate<string[]>(
      `[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('.fill')).backgroundColor]`,
    )
    expect(colors).toEqual(['rgb(255, 255, 255)', 'rgb(51, 170, 85)'])
    await keepPicture(page, 'subject-circle')
    decode(1, { smoothed: { negative: 0, neutral: 0, rest: 1 } })
    await expect.poll(() => fullness(page)).toBeCloseTo(1, 2)
  })

  it('can leave out what came late', async () => {
    const { page, decode, server } = await show(browser, '/subject?late=neutral', {
      context: still,
    })
    await expect.poll(() => server.nClients).toBe(1)
    await page.waitForTimeout(100)
    decode(0, values(0.4))
    await expect.poll(() => fullness(page)).toBeCloseTo(0.4, 2)
    decode(1, { ...values(0.9), late: true })
    await expect.poll(() => fullness(page)).toBeNull()
  })

  it('turns neutral when the session cannot be heard, and goes to full screen by key', async () => {
    const { page, decode, server } = await show(browser, '/subject', { context: still })
    await expect.poll(() => server.nClients).toBe(1)
    await page.waitForTimeout(100)
    decode(0, values(0.4))
    await expect.poll(() => fullness(page)).toBeCloseTo(0.4, 2)
    await page.keyboard.press('f')
    await page.waitForFunction('document.fullscreenElement !== null')
    await server.close()
    await expect.poll(() => fullness(page)).toBeNull()
  })
})
