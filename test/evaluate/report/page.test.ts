import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reportSchema, type Report } from '../../../src/core/schemas/report.ts'
import { formatReportHtml } from '../../../src/evaluate/report/index.ts'
import { chromiumPath, openChromium } from '../../_chromium.ts'
import { sampleReport } from './_sample-report.ts'

const hostile = '<img src="x" onerror="throw 1">&amp;'

/** Figures first, then everything that may be missing, then names that try to be markup. */
const reports: Record<string, Report> = {
  full: sampleReport(),
  many: sampleReport({ model: 'a-model-with-a-very-long-name-indeed' }, 40),
  single: sampleReport({ baselines: {} }, 1),
  paper: sampleReport({
    protocol: 'paper',
    leaks: ['The scaler was fitted on the run that is scored.'],
    warnings: ['Subject 04 has one run only.'],
    failedFolds: [{ subject: '03', code: 'NIFTI_TRUNCATED', message: 'x'.repeat(400) }],
    trainingCurves: [],
    oracle: null,
    unaligned: null,
    zeroShot: null,
  }),
  nothing: sampleReport({
    folds: [],
    summary: null,
    pooled: null,
    unaligned: null,
    zeroShot: null,
    baselines: {},
    trainingCurves: [],
    classCounts: [0, 0, 0],
    failedFolds: [{ subject: '01', code: 'INTERNAL', message: 'Nothing could be scored.' }],
  }),
  hostile: sampleReport({
    name: hostile,
    model: hostile,
    classes: [hostile, 'neutral', 'rest'],
    leaks: [hostile],
    warnings: [hostile],
    protocolText: [hostile],
  }),
}

describe('the reports of these tests', () => {
  it.each(Object.entries(reports))('%s is a valid report', (_, report) => {
    expect(() => reportSchema.parse(report)).not.toThrow()
  })
})

describe('formatReportHtml', () => {
  it('gives the same bytes for the same report', () => {
    expect(formatReportHtml(sampleReport())).toBe(formatReportHtml(sampleReport()))
  })

  it('names no other file or site', () => {
    for (const report of Object.values(reports)) {
      const page = formatReportHtml(report).replaceAll('http://www.w3.org/', '')
      expect(page).not.toMatch(/https?:|@import|url\(|<script|<link|<iframe/)
    }
  })
})

describe.skipIf(chromiumPath === undefined)('the page in a browser', () => {
  let browser: Browser
  let folder: string
  beforeAll(async () => {
    browser = await openChromium()
    folder = mkdtempSync(join(tmpdir(), 'limbic-report-'))
  })
  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true })
  })

  it.each(Object.entries(reports))(
    'asks for nothing, logs nothing and fits a phone and a desk: %s',
    async (name, report) => {
      for (const width of [390, 1100]) {
        const { page, requests, messages } = await show(name, report, width)
        expect(requests).toEqual([])
        expect(messages).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        expect(await clippedOutside(page)).toEqual([])
        await page.close()
      }
    },
  )

  it('shows every subject, in both panels, where its score is', async () => {
    const { page } = await show('full', reports.full!, 1100)
    for (const measure of ['balancedAccuracy', 'accuracy'] as const) {
      const label = measure === 'accuracy' ? 'accuracy' : 'balanced accuracy'
      const dots = await dotPositions(page, `${label} of every subject`)
      const [left, right] = await axisEnds(page, `${label} of every subject`)
      const drawn = dots.map((x) => (x - left) / (right - left))
      const expected = reports.full!.folds.map((fold) => fold[measure])
      expect(drawn).toHaveLength(expected.length)
      drawn.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 3))
    }
    await page.close()
  })

  it('shows the numbers of the report', async () => {
    const report = reports.full!
    const { page } = await show('full', report, 1100)
    const table = (heading: string): Promise<string[][]> => readTable(page, heading)

    const subjects = await table('Scores of every subject')
    expect(subjects.slice(1).map((row) => row.slice(0, 4))).toEqual(
      report.folds.map((fold) => [
        fold.subject,
        String(fold.nTest),
        threeDecimals(fold.balancedAccuracy),
        threeDecimals(fold.accuracy),
      ]),
    )
    const measures = await table('Measures over subjects')
    const { mean, sd } = report.summary!.balancedAccuracy
    expect(measures[1]!.slice(0, 3)).toEqual([
      'balanced accuracy',
      threeDecimals(mean),
      threeDecimals(sd),
    ])
    const confusion = await table('Confusion matrix, all subjects together')
    expect(confusion[1]![1]).toBe(
      `${Math.round((100 * report.pooled!.confusion[0]![0]!) / (60 * 12))} %${report.pooled!.confusion[0]![0]!}`,
    )
    const headline = await page.locator('.headline').innerText()
    expect(headline).toContain(
      `12 subjects: balanced accuracy ${mean.toFixed(2).slice(1)} (95 % CI`,
    )
    await page.close()
  })

  it('shows a leak before anything else, and only then', async () => {
    const paper = await show('paper', reports.paper!, 390)
    expect(await paper.page.locator('main > :first-child').innerText()).toContain('Leak')
    const full = await show('full', reports.full!, 390)
    expect(await full.page.getByText('Leak', { exact: true }).count()).toBe(0)
    await Promise.all([paper.page.close(), full.page.close()])
  })

  it('says so where a leak carries the accuracy above what is possible', async () => {
    const oracle = { accuracy: 0.5, source: 'oracle.json' }
    const { page } = await show('above', sampleReport({ leaks: ['a'], oracle }), 390)
    expect(await page.locator('.banner.leak').innerText()).toContain('(.50): the rest is leak.')
    await page.close()
  })

  it('draws curves, tests and the learning curve', async () => {
    const { page } = await show('full', reports.full!, 1100)
    for (const [label, mark] of [
      ['ROC curve of every class against the others', 'path'],
      ['accuracy by confidence', 'circle'],
      ['permutation scores of cnn1d-compact', 'rect'],
      ['balanced accuracy by calibration', 'circle'],
    ] as const)
      expect(await page.locator(`svg[aria-label="${label}"] ${mark}`).count()).toBeGreaterThan(1)
    await page.close()
  })

  it('shows names from the data as text', async () => {
    const { page } = await show('hostile', reports.hostile!, 390)
    expect(await page.locator('h1').innerText()).toContain(hostile)
    expect(await page.locator('img').count()).toBe(0)
    await page.close()
  })

  it('has readable contrast, light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await show('full', reports.full!, 1100, colorScheme)
      const [text, back] = await page.evaluate<[string, string]>(
        `[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]`,
      )
      expect(contrast(text, back)).toBeGreaterThan(7)
      await page.close()
    }
  })

  async function show(
    name: string,
    report: Report,
    width: number,
    colorScheme: 'light' | 'dark' = 'light',
  ): Promise<{ page: Page; requests: string[]; messages: string[] }> {
    const file = join(folder, `${name}.html`)
    const url = pathToFileURL(file).href
    writeFileSync(file, formatReportHtml(report))
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme })
    const requests: string[] = []
    const messages: string[] = []
    page.on('request', (request) => request.url() === url || requests.push(request.url()))
    page.on('console', (message) => messages.push(message.text()))
    page.on('pageerror', (error) => messages.push(error.message))
    await page.goto(url)
    return { page, requests, messages }
  }
})

/** Elements that stick out of the page without a scroll bar of their own. */
function clippedOutside(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('body *')]
    .filter((e) => !e.closest('.scroll') && !e.closest('svg') && e.getBoundingClientRect().right > innerWidth + 1)
    .map((e) => e.outerHTML.slice(0, 80))`)
}

function readTable(page: Page, heading: string): Promise<string[][]> {
  return page.evaluate(`[...document.querySelector('[aria-label="${heading.split(',')[0]}"]').querySelectorAll('tr')]
    .map((row) => [...row.children].map((cell) => cell.textContent.replace(/\\s+/g, ' ').replace(/% /, '%').trim()))`)
}

/** Horizontal centres of the filled dots of a plot. */
function dotPositions(page: Page, label: string): Promise<number[]> {
  return page.evaluate(
    `[...document.querySelectorAll('svg[aria-label="${label}"] circle[r="4.5"]')].map((dot) => Number(dot.getAttribute('cx')))`,
  )
}

/** Where 0 and 1 lie on the horizontal axis of a plot. */
function axisEnds(page: Page, label: string): Promise<[number, number]> {
  return page.evaluate(`(() => {
    const ticks = [...document.querySelectorAll('svg[aria-label="${label}"] g[aria-label="x-axis tick label"] text')]
    const at = (text) => Number(/translate\\(([\\d.]+)/.exec(ticks.find((t) => t.textContent === text).getAttribute('transform'))[1])
    return [at('0.0'), at('1.0')]
  })()`)
}

function threeDecimals(value: number): string {
  return value.toFixed(3).replace(/^0/, '')
}

/** WCAG 2 contrast ratio of two CSS colours `rgb(r, g, b)`. */
function contrast(a: string, b: string): number {
  const luminance = (color: string): number => {
    const [r, g, b] = [...color.matchAll(/\d+/g)].map(([digits]) => {
      const c = Number(digits) / 255
      return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
  }
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high! + 0.05) / (low! + 0.05)
}
