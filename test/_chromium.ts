/** A real browser for pages. Where there is none, tests that need one are skipped; a machine that checks everything has one. */
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const candidates = [
  process.env.LIMBIC_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Path of the browser; `LIMBIC_CHROMIUM` names another. */
export const chromiumPath = candidates.find((path) => path !== undefined && existsSync(path))

/** Starts the browser without a window. */
export function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath ?? 'chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
}
