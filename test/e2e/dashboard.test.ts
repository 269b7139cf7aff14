import { createServer } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, openChromium } from '../_chromium.ts'
import { closeLater, until } from '../serve/_serve.ts'
import { keepPicture, show, type Shown } from './_dashboard.ts'

let browser: Browser
beforeAll(async () => {
  if (chromiumPath !== undefined) browser = await openChromium()
})
afterAll(() => browser?.close())

describe.skipIf(chromiumPath === undefined)('the operator’s page', () => {
  it.each(['light', 'dark'] as const)(
    'shows a run as it happens, readable in %s',
    async (colorScheme) => {
      const shown = await show(browser, '/', { context: { colorScheme } })
      await playRun(shown)
      const { page, complaints } = shown
      await notices(page).getByText('Lost volume 20 (21st): not there after 1.0 s').waitFor()
      await notices(page).getByText('Late feedback for volume 40 (41st)').waitFor()
      await page.getByText('Volume 59 (0-based); in colour, voxels of the decoder').waitFor()
      await keepPicture(page, `operator-${colorScheme}`)
      expect(await page.locator('#status').innerText()).toBe('running')
      expect(await page.locator('#index0').innerText()).toBe('59')
      expect(await page.locator('#index1').innerText()).toBe('60')
      expect(await page.locator('#tallies li.some').allInnerTexts()).toEqual([
        '1 lost',
        '1 late feedback',
        '1 parked',
      ])
      expect(await page.locator('#session-info').innerText()).toContain(
        '0123456789abcdef'.repeat(4),
      )
      expect(await faintTexts(page)).toEqual([])
      expect(complaints).toEqual([])
    },
  )

  it('fits a phone', async () => {
    const shown = await show(browser, '/', { context: { viewport: { width: 390, height: 800 } } })
    await playRun(shown)
    await notices(shown.page).getByText('Lost volume 20').waitFor()
    await keepPicture(shown.page, 'operator-phone')
    expect(await shown.page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  })

  it('shows a lost and a late volume within a second', async () => {
    const { page, emit, withhold } = await show(browser, '/')
    await page.locator('#status[data-status="waiting"]').waitFor()
    await page.evaluate(`(() => {
      window.seenAt = {}
      new MutationObserver(() => {
        for (const item of document.querySelectorAll('#notices li')) {
          const name = /^.*?\\d+ \\(/.exec(item.lastElementChild.textContent)?.[0]
          if (name) window.seenAt[name] ??= Date.now()
        }
      }).observe(document.getElementById('notices'), { childList: true })
    })()`)
    const toldAt: Record<string, number> = {}
    for (let volume = 0; volume < 5; volume++) {
      toldAt[`Lost volume ${volume} (`] = Date.now()
      emit({ type: 'volume.lost', volume, waitedMs: 1000 })
      withhold(volume, 'lost')
      await page.waitForTimeout(50)
      toldAt[`Late volume ${volume} (`] = Date.now()
      emit({ ...arrived(volume), type: 'volume.late', file: 'late' })
      await page.waitForTimeout(50)
    }
    await notices(page).getByText('Late volume 4 (').waitFor()
    const seenAt = await page.evaluate<Record<string, number>>('window.seenAt')
    const delays = Object.entries(toldAt).map(([name, at]) => seenAt[name]! - at)
    // The median: what else this machine does is no matter of the page.
    expect(delays.sort((a, b) => a - b)[5]).toBeLessThan(1000)
  })

  it('says so when it hears nothing more, and comes back by itself', async () => {
    const first = await show(browser, '/')
    first.decode(0)
    await first.page.locator('#status[data-status="running"]').waitFor()
    const { port } = first.server
    await first.server.close()
    await first.page.locator('#status[data-status="not connected"]').waitFor()
    const second = await show(browser, '/', { server: { port } })
    second.decode(7)
    await first.page.locator('#status[data-status="running"]').waitFor()
    await until(() => second.server.nClients === 2)
    expect(await first.page.locator('#index0').innerText()).toBe('7')
  })

  it('opens with a token, and keeps it out of the address', async () => {
    const token = 'a-token-of-32-characters-0123456'
    const { page, decode, base, complaints } = await show(browser, `/?token=${token}`, {
      server: { token },
    })
    decode(0)
    await page.locator('#status[data-status="running"]').waitFor()
    expect(page.url()).toBe(`${base}/`)
    expect(await page.evaluate('document.cookie')).toBe('')
    expect(complaints).toEqual([])
  })

  it('is no use to a page of another site', async () => {
    const { base, decode, marks, events } = await show(browser, '/')
    decode(0)
    const foreign = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html')
      response.end('<!doctype html><title>foreign</title>')
    })
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', () => resolve()))
    closeLater(() => void foreign.close())
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(foreign.address() as { port: number }).port}/`)
    const got = await page.evaluate<unknown[]>(`Promise.all([
      fetch('${base}/latest').then((r) => r.text(), () => 'blocked'),
      fetch('${base}/control/stop', { method: 'POST', mode: 'no-cors', body: '{}' }).then((r) => r.type, () => 'blocked'),
      new Promise((resolve) => {
        const socket = new WebSocket('${base.replace('http', 'ws')}/ws')
        socket.onopen = () => resolve('open')
        socket.onerror = () => resolve('blocked')
      }),
      new Promise((resolve) => {
        const frame = document.createElement('iframe')
        frame.onload = () => resolve(frame.contentDocument === null ? 'blocked' : 'open')
        frame.src = '${base}/'
        document.body.append(frame)
      }),
    ])`)
    await page.close()
    expect(got[0]).toBe('blocked')
    expect(got[2]).toBe('blocked')
    expect(got[3]).toBe('blocked')
    expect(marks).toEqual([])
    expect(events.some(({ type }) => type === 'session.stopped')).toBe(false)
    expect(events.filter(({ type }) => type === 'client.refused').length).toBeGreaterThan(2)
  })

  it('shows names and texts as text', async () => {
    const { page, session, complaints } = await show(browser, '/')
    const hostile = '<img src="/x" onerror="document.title=1">'
    session.mark(hostile)
    await notices(page).getByText(`Mark before the first volume: ${hostile}`).waitFor()
    expect(await page.locator('#notices img').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  it('is worked with the keyboard alone', async () => {
    const { page, marks, isStopped } = await show(browser, '/')
    await page.locator('#stop:enabled').waitFor()
    const reached: string[] = []
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press('Tab')
      reached.push(
        await page.evaluate(`document.activeElement.id || document.activeElement.tagName`),
      )
      expect(await page.evaluate(`getComputedStyle(document.activeElement).outlineWidth`)).toBe(
        '3px',
      )
    }
    expect(reached).toEqual(['mark-text', 'mark', 'stop', 'A', 'show-connections', 'notices'])
    await page.keyboard.press('m')
    await page.keyboard.type('moved, m and all')
    await page.keyboard.press('Enter')
    await page.getByText('Mark written').waitFor()
    expect(marks).toEqual(['moved, m and all'])
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('Stop the session?').waitFor()
    await page.keyboard.press('Escape')
    expect(isStopped()).toBe(false)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('#status[data-status="stopped"]').waitFor()
    expect(isStopped()).toBe(true)
  })
})

const notices = (page: Page): ReturnType<Page['locator']> => page.locator('#notices')

const arrived = (
  volume: number,
): { volume: number; sha256: string; origin: string; acquiredAt: null } => ({
  volume,
  sha256: '0'.repeat(64),
  origin: 'a file',
  acquiredAt: null,
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

/** Texts with less contrast than WCAG 2 asks of small text; disabled buttons are exempt there. */
function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const luminance = ([r, g, b]) => {
      const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
      return 0.2126 * x + 0.7152 * y + 0.0722 * z
    }
    const numbers = (color) => color.match(/[\\d.]+/g).map(Number)
    const backOf = (element) => {
      for (let e = element; e; e = e.parentElement) {
        const color = numbers(getComputedStyle(e).backgroundColor)
        if (color.length === 3 || color[3] === 1) return color
      }
      return [255, 255, 255]
    }
    const faint = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement
      if (node.textContent.trim() === '' || element.closest(':disabled, .hidden, script, noscript, dialog:not([open])')) continue
      const [a, b] = [luminance(numbers(getComputedStyle(element).color)), luminance(backOf(element))].sort((x, y) => y - x)
      if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(node.textContent.trim())
    }
    return faint
  })()`)
}
