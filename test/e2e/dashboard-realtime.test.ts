import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Feedback } from '../../src/core/schemas/feedback.ts'
import { sessionEventSchema } from '../../src/core/schemas/session-event.ts'
import { writeNifti } from '../../src/io/nifti/index.ts'
import { chromiumPath, openChromium } from '../_chromium.ts'
import { emotionRun } from '../pipeline/_dataset.ts'
import { makeBench, type SessionBench } from '../realtime/_session.ts'
import { closeLater, exchange, openSilentSocket, openSocket, until } from '../serve/_serve.ts'
import { limbic } from './_cli.ts'
import { keepPicture } from './_dashboard.ts'

const launcher = fileURLToPath(new URL('../../src/cli/launch.mjs', import.meta.url))

let bench: SessionBench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench.remove())

interface Running {
  readonly child: ChildProcess
  readonly text: () => string
  readonly base: string
  readonly ended: Promise<number | null>
}

/** Starts `limbic realtime` and waits for its dashboard. */
/** Files come as fast as they are written here; on a busy machine none may be given up, or give way to a fresher one. */
const patience = ['maxWaitMs=20000', 'maxParked=100', 'maxBacklog=1000'].flatMap((text) => ['--set', text]) // prettier-ignore

async function start(name: string, ...options: readonly string[]): Promise<Running> {
  const watched = join(bench.dir, name)
  mkdirSync(watched, { recursive: true })
  const session = join(bench.dir, `${name}-session`)
  const child = spawn(
    process.execPath,
    [
      ...[launcher, 'realtime', bench.bundle.dir, '--subject', '01', '--watch', watched],
      ...['--session', session, '--port', '0', '--quiet', '50', ...patience, ...options],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  closeLater(() => void child.kill('SIGKILL'))
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const url = /dashboard {2}(http:\/\/[\d.:]+)\//
  await until(() => url.test(text) || child.exitCode !== null, 60_000)
  return { child, text: () => text, base: url.exec(text)?.[1] ?? text, ended }
}

/** As a scanner does: under another name first. */
async function scan(name: string, volume: number): Promise<void> {
  const { grid, data } = bench.run[volume]!
  const file = join(bench.dir, `writing-${volume}.nii`)
  await writeNifti(file, { data, shape: grid.shape, affine: grid.affine, trSeconds: 2 })
  renameSync(file, join(bench.dir, name, `volume_${String(volume).padStart(4, '0')}.nii`))
}

const handshake = (port: number): string =>
  `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'

describe('limbic realtime', () => {
  it('decodes what appears in the folder, tells everybody, and ends in order on Ctrl-C', async () => {
    const { child, text, base, ended } = await start('run', '--pyneal', '0', '--smooth', 'mean:3')
    const { texts } = await openSocket(`${base}/ws`)
    for (let volume = 0; volume < 5; volume++) await scan('run', volume)
    await until(() => texts.some((t) => t.includes('"type":"feedback","volume":4') || t.includes('"volume":4,"feedback"')), 60_000) // prettier-ignore
    const latest = (await (await fetch(`${base}/latest`)).json()) as Feedback
    expect(latest).toMatchObject({ volume: 4, status: 'feedback' })
    const prediction = Number(await (await fetch(`${base}/get_prediction`)).text())
    expect(prediction).toBe(latest.smoothed![bench.bundle.manifest.classes[0]!])
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(text()).toMatch(/^ {4}4 {2}\S+ {2}/m)
    expect(text()).toMatch(/^with feedback {5}5$/m)
    const log = readFileSync(join(bench.dir, 'run-session', 'session.ndjson'), 'utf8')
    const events = log
      .trimEnd()
      .split('\n')
      .map((line) => sessionEventSchema.parse(JSON.parse(line)))
    expect(events.at(-1)).toMatchObject({ type: 'session.stopped', reason: 'stopped' })
    const told = texts.map((t) => JSON.parse(t) as { type: string })
    expect(told.map(({ type }) => type)).toContain('session.stopped')
  })

  it('serves 200 clients while others never read and send noise; the log replays to the last byte', async () => {
    const { child, base, ended } = await start('crowd')
    const port = Number(new URL(base).port)
    const clients = await Promise.all(Array.from({ length: 200 }, () => openSocket(`${base}/ws`)))
    await openSilentSocket(port, handshake(port))
    const headers = `GET / HTTP/1.1\r\nHost: localhost\r\n${`X: ${'x'.repeat(1000)}\r\n`.repeat(10_000)}`
    const noise = [headers, '\0'.repeat(5000), handshake(port) + 'noise that is no frame']
    for (let volume = 0; volume < 6; volume++) {
      await scan('crowd', volume)
      void exchange(port, noise[volume % noise.length]!, { patienceMs: 500 })
    }
    const last = (texts: string[]): boolean => texts.some((t) => t.includes('"volume":5,"status":"feedback"')) // prettier-ignore
    await until(() => clients.every(({ texts }) => last(texts)), 60_000)
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    const session = join(bench.dir, 'crowd-session')
    const log = readFileSync(join(session, 'session.ndjson'), 'utf8')
    expect(log.match(/"type":"client.connected"/g)!.length).toBeGreaterThanOrEqual(201)
    expect(log).toContain('"reason":"headers of more than 16384 bytes"')
    const replayed = await limbic('replay', session)
    expect(replayed.stdout).toMatch(/^6 messages are the same to the last byte, 6 of them/)
    expect(replayed.code).toBe(0)
  })

  it('goes on where it was killed, and the pages know what was before', async () => {
    const first = await start('killed')
    for (let volume = 0; volume < 3; volume++) await scan('killed', volume)
    await until(() => /^ {4}2 /m.test(first.text()), 60_000)
    first.child.kill('SIGKILL')
    await first.ended
    rmSync(join(bench.dir, 'killed'), { recursive: true })
    const second = await start('killed', '--resume')
    for (let volume = 3; volume < 5; volume++) await scan('killed', volume)
    await until(() => /^ {4}4 /m.test(second.text()), 60_000)
    const history = (await (await fetch(`${second.base}/history`)).json()) as { type: string; volume?: number }[] // prettier-ignore
    const decoded = history.filter(({ type }) => type === 'feedback').map(({ volume }) => volume)
    expect(decoded).toEqual([0, 1, 2, 3, 4])
    expect(((await (await fetch(`${second.base}/volumes/1`)).json()) as Feedback).volume).toBe(1)
    second.child.kill('SIGTERM')
    expect(await second.ended).toBe(0)
  })

  it('plays a recording as if it came now, and ends with it', async () => {
    const session = join(bench.dir, 'played')
    const { code, stdout, stderr } = await limbic(
      ...['realtime', bench.bundle.dir, '--subject', '01', '--session', session, '--port', '0'],
      ...['--replay', emotionRun(bench.bids, '01', 'bold.nii.gz'), '--replay-timing', 'fast'],
      ...['--set', 'maxBacklog=1000', '--feedback-class', 'rest'],
    )
    expect(`${stderr}${stdout}`).toMatch(/^ended {13}source-ended$/m)
    expect(stdout).toMatch(/^with feedback {5}81$/m)
    expect(stdout).toContain('probability of rest')
    expect(code).toBe(0)
    const replayed = await limbic('replay', session)
    expect(replayed.stdout).toMatch(/^81 messages are the same to the last byte/)
  })

  it.each([
    ['no token', ['--host', '0.0.0.0'], 'SERVE_TOKEN_MISSING'],
    ['no folders', ['--host', '0.0.0.0', '--token', 'x'.repeat(16)], 'SERVE_ALLOW_MISSING'],
    ['a foreign folder', ['--allow', 'models'], 'SERVE_FOLDER_NOT_ALLOWED'],
    ['an unknown class', ['--feedback-class', 'joy'], 'OPTION_INVALID'],
    ['an unknown setting', ['--set', 'colour=red'], 'OPTION_INVALID'],
    ['an output for everybody', ['--pyneal', '0.0.0.0:0'], 'SERVE_PEER_MISSING'],
  ])('refuses to start with %s', async (_, options, code) => {
    const { text, ended } = await start('refused', ...options)
    expect(await ended).toBe(2)
    expect(text()).toContain(code)
  })

  it.skipIf(chromiumPath === undefined)(
    'is started, marked and stopped from the operator’s page',
    async () => {
      const browser: Browser = await openChromium()
      closeLater(() => browser.close())
      const { text, base, ended } = await start('held', '--hold', '--set', 'maxWaitMs=2000')
      const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } })
      await page.goto(base)
      await page.getByRole('button', { name: 'Start' }).click()
      await page.locator('#status[data-status="waiting"]').waitFor()
      for (const volume of [0, 1, 2, 3, 5, 6]) await scan('held', volume)
      await page
        .locator('#notices')
        .getByText(/^Lost volume 4 \(5th\)/)
        .waitFor()
      await page.keyboard.press('m')
      await page.keyboard.type('he moved')
      await page.keyboard.press('Enter')
      await page
        .locator('#notices')
        .getByText(/^Mark at volume \d \(.*\): he moved$/)
        .waitFor()
      await page.getByText(/^Volume \d+ \(0-based\); in colour, /).waitFor()
      await keepPicture(page, 'operator-real')
      await page.getByRole('button', { name: 'Stop', exact: true }).click()
      await page.getByRole('button', { name: 'Stop it' }).click()
      expect(await ended).toBe(0)
      expect(text()).toMatch(/^lost {14}1$/m)
    },
  )
})
