/** The pages of a fake session in a real browser, and what they have to say for themselves. */
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { ServerOptions } from '../../src/serve/index.ts'
import { closeLater, serve, type Served } from '../serve/_serve.ts'

export interface Shown extends Served {
  readonly page: Page
  /** Errors and warnings of the page, and requests that went elsewhere. */
  readonly complaints: string[]
}

export async function show(
  browser: Browser,
  path: string,
  {
    server = {},
    context = {},
  }: { server?: Partial<ServerOptions>; context?: BrowserContextOptions } = {},
): Promise<Shown> {
  const served = await serve(server)
  const opened = await browser.newContext({ viewport: { width: 1400, height: 1000 }, ...context })
  const page = await opened.newPage()
  closeLater(() => opened.close())
  const complaints: string[] = []
  page.on('console', (message) => {
    // Without a graphics card the browser draws in software, and says that this is slow.
    const isOfDriver = message.text().includes('GL Driver Message')
    if (['error', 'warning'].includes(message.type()) && !isOfDriver)
      complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(served.base))
      complaints.push(`asked for ${request.url()}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`)
  })
  await page.goto(served.base + path)
  return { ...served, page, complaints }
}

/** Keeps a picture for people to look at, when a folder for them is named. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.LIMBIC_SCREENSHOTS
  if (folder !== undefined)
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}
