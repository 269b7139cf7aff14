/** What goes wrong at real scanners, with the real server: the policy's outcome, no feedback invented, a whole log, and a replay to the last byte. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeBench, type SessionBench } from '../realtime/_session.ts'
import {
  expectSound,
  patientPolicy,
  scan,
  startServer,
  upTo,
  without,
  writeRun,
} from './_realtime.ts'

let bench: SessionBench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench.remove())

describe('a scan in which much goes wrong', () => {
  it('gives every volume the outcome that the policy says', async () => {
    const n = 28
    const server = await startServer(bench, 'faults', patientPolicy)
    await scan(
      await writeRun(bench, n),
      server,
      ...['--truncate', '1:400', '--truncate', '26:never', '--preallocate', '9:400'],
      ...['--duplicate', '3', '--conflict', '4', '--reorder', '6'],
      ...['--drop', '11', '--late', '14:3000', '--stall', '22:1500', '--jitter', '30'],
    )
    await server.until((log) => log.volumes('feedback').includes(27))
    await server.until((log) => log.volumes('volume.late').length === 1)
    await server.until((log) => log.of('source.problem').length > 0)
    expect(await server.stop()).toBe(0)

    const log = server.log()
    const missing = [11, 14, 26]
    // Truncated, reserved and overtaken volumes are waited for; what never came, or too late, is lost and said so.
    expect(log.volumes('volume.received')).toEqual(without(n, missing))
    expect(log.volumes('volume.lost')).toEqual(missing)
    expect(log.volumes('volume.late')).toEqual([14])
    expect(log.volumes('volume.duplicate')).toEqual([3])
    expect(log.volumes('volume.conflict')).toEqual([4])
    for (const parked of [2, 7, 10, 12, 15]) expect(log.volumes('volume.parked')).toContain(parked)
    expect(log.of('session.stalled').length).toBeGreaterThanOrEqual(1)
    expect(log.of('source.problem')).toMatchObject([
      { code: 'RT_FILE_INCOMPLETE', origin: 'vol_00026.nii' },
    ])
    const reasons = log
      .of('feedback')
      .flatMap(({ volume, feedback }) =>
        feedback.status === 'feedback' ? [] : [[volume, feedback.reason]],
      )
    expect(reasons).toEqual(missing.map((volume) => [volume, 'lost']))
    expect(log.events.at(-1)).toMatchObject({ type: 'session.stopped', reason: 'stopped' })
    await expectSound(server.session, n)
  })

  it('ends when the matrix changes, and gives no feedback on what came with it', async () => {
    const server = await startServer(bench, 'matrix', patientPolicy)
    await scan(await writeRun(bench, 8), server, '--wrong-matrix', '5')
    expect(await server.ended).toBe(1)
    expect(server.text()).toContain('RT_GEOMETRY_CHANGED')
    const log = server.log()
    expect(log.of('session.error')).toMatchObject([{ code: 'RT_GEOMETRY_CHANGED' }])
    expect(log.events.at(-1)).toMatchObject({ type: 'session.stopped', reason: 'error' })
    await expectSound(server.session, 5)
  })

  it('refuses what poses as volumes, and decodes on', async () => {
    const server = await startServer(bench, 'posing', patientPolicy)
    execFileSync('ln', ['-s', '/etc/passwd', join(server.watched, 'vol_00001.nii')])
    writeFileSync(join(server.watched, '%2e%2e%2fvol_00002.nii'), 'x'.repeat(10_000))
    writeFileSync(join(server.watched, 'core'), Buffer.alloc(10_000_000, 1))
    await scan(await writeRun(bench, 1), server)
    await server.until((log) => log.of('source.problem').length === 3)
    await server.until((log) => log.fedBack().includes(0))
    expect(await server.stop()).toBe(0)
    const codes = server.log().of('source.problem').map(({ code }) => code) // prettier-ignore
    expect(codes.toSorted()).toEqual([
      'NIFTI_INVALID_HEADER',
      'RT_FILE_UNUSABLE',
      'RT_NAME_REFUSED',
    ])
    await expectSound(server.session, 1)
  })
})

describe('a machine on which much goes wrong', () => {
  let clean: string
  const n = 12
  const probabilities = (session: string): readonly string[] =>
    readFileSync(join(session, 'session.ndjson'), 'utf8')
      .split('\n')
      .flatMap((line) => /"probabilities":\{[^}]*\}/.exec(line) ?? [])

  beforeAll(async () => {
    const server = await startServer(bench, 'clean', patientPolicy)
    await scan(await writeRun(bench, n), server)
    await server.until((log) => log.fedBack().length === n)
    await server.stop()
    clean = server.session
    expect(probabilities(clean)).toHaveLength(n)
  })

  it('gives the same feedback when the thread of the decoder is killed, and none where it always is', async () => {
    // Loaded before the server: ends the thread as it is given volume 3, once, and volume 6, each time.
    const saboteur = join(bench.dir, 'saboteur.mjs')
    writeFileSync(
      saboteur,
      `import { Worker } from 'node:worker_threads'
      const send = Worker.prototype.postMessage
      let kills = 0
      Worker.prototype.postMessage = function (message, ...rest) {
        const index = message?.type === 'decode' ? message.volume.index : -1
        if (index === 6 || (index === 3 && kills++ === 0)) void this.terminate()
        else send.call(this, message, ...rest)
      }`,
    )
    const server = await startServer(bench, 'killed-decoder', patientPolicy, {
      env: { NODE_OPTIONS: `--import=${saboteur}` },
    })
    await scan(await writeRun(bench, n), server)
    await server.until((log) => log.volumes('feedback').includes(n - 1))
    expect(await server.stop()).toBe(0)
    const log = server.log()
    expect(log.volumes('decoder.restarted')).toEqual([3, 6, 6])
    expect(log.of('decoder.failed')).toMatchObject([{ volume: 6, crashed: true }])
    expect(log.fedBack()).toEqual(without(n, [6]))
    const expected = probabilities(clean)
    const found = probabilities(server.session)
    expect(found.slice(0, 6)).toEqual(expected.slice(0, 6))
    await expectSound(server.session, n)
  })

  it('goes on after kill -9 with the volumes that came meanwhile, as if nothing had been', async () => {
    const image = await writeRun(bench, n)
    const first = await startServer(bench, 'interrupted', patientPolicy)
    const scanning = scan(image, first)
    await first.until((log) => log.fedBack().includes(4))
    first.child.kill('SIGKILL')
    await first.ended
    await scanning
    const second = await startServer(bench, 'interrupted', [...patientPolicy, '--resume'])
    await second.until((log) => log.fedBack().includes(n - 1))
    expect(await second.stop()).toBe(0)
    const log = second.log()
    expect(log.of('session.resumed')).toHaveLength(1)
    expect(log.volumes('volume.received')).toEqual(upTo(n))
    expect(log.volumes('volume.lost')).toEqual([])
    expect(probabilities(second.session)).toEqual(probabilities(clean))
    await expectSound(second.session, n)
  })

  it('stops when the disk of the log is full, and says nothing that is not in the log', async () => {
    const session = join(bench.dir, 'small-disk')
    const release = smallDisk(session)
    const maxFileKib = release === null ? 16 : undefined
    try {
      const server = await startServer(bench, 'full', patientPolicy, { session, maxFileKib })
      const scanning = scan(await writeRun(bench, 28), server)
      expect(await server.ended).toBe(1)
      await scanning
      expect(server.text()).toContain('RT_LOG_FAILED')
      const log = server.log()
      const told = [...server.text().matchAll(/^ {1,4}(\d+) {2}/gm)].map(([, volume]) => Number(volume)) // prettier-ignore
      expect(log.volumes('feedback').length).toBeLessThan(28)
      expect(told).toEqual(log.volumes('feedback'))
      await expectSound(session, log.volumes('feedback').length)
    } finally {
      release?.()
    }
  })
})

/** Mounts a file system with little room; null where that is not allowed. */
function smallDisk(dir: string): (() => void) | null {
  mkdirSync(dir)
  const options = ['-t', 'tmpfs', '-o', 'size=128k', 'limbic-small-disk', dir]
  if (spawnSync('mount', options).status !== 0) return null
  return () => void execFileSync('umount', ['-l', dir])
}
