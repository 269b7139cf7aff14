import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type * as NodeFs from 'node:fs'
import type * as NodeFsPromises from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { replaySession } from '../../../src/realtime/replay.ts'
import { openSessionLog } from '../../../src/realtime/session/session-log.ts'
import { readVolumeFile } from '../../../src/realtime/session/volume-file.ts'
import { temporaryFolder } from '../../pipeline/_dataset.ts'
import { makeBench, scriptedSource, startOn, type SessionBench, type Step } from '../_session.ts'

/** Bytes that the disk still has room for; writing more fails as a full disk does, after writing what fits. */
const disk = vi.hoisted(() => ({ room: Infinity }))
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof NodeFs>()
  const writeSync = (fd: number, buffer: Buffer, offset: number, length: number): number => {
    if (disk.room <= 0)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    const written = fs.writeSync(fd, buffer, offset, Math.min(length, disk.room))
    disk.room -= written
    return written
  }
  return { ...fs, writeSync }
})

/** The most that one write of a raw volume takes; what is left must be written too. */
const system = vi.hoisted(() => ({ takes: Infinity, open: new Set<string>() }))
vi.mock('node:fs/promises', async (importOriginal) => {
  const fs = await importOriginal<typeof NodeFsPromises>()
  const open = async (path: string, flags: string): Promise<NodeFsPromises.FileHandle> => {
    const handle = await fs.open(path, flags)
    const [writev, close] = [handle.writev.bind(handle), handle.close.bind(handle)]
    system.open.add(path)
    handle.close = async () => {
      await close()
      system.open.delete(path)
    }
    handle.writev = (parts) =>
      system.takes === Infinity
        ? writev(parts)
        : writev([(parts[0] as Uint8Array).subarray(0, system.takes)])
    return handle
  }
  return { ...fs, open }
})

const { dir, remove } = temporaryFolder()
let bench: SessionBench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => {
  remove()
  bench.remove()
})
afterEach(() => {
  disk.room = Infinity
  system.takes = Infinity
})

const mark = (text: string) => ({ type: 'mark', at: 1, text, volume: null }) as const
const open = (name: string, resumeAt?: number) =>
  openSessionLog(join(dir, name), 'background', resumeAt)
const lines = (name: string): string[] =>
  readFileSync(join(dir, name, 'session.ndjson'), 'utf8')
    .split('\n')
    .slice(0, -1)

describe('openSessionLog', () => {
  it('writes one line per event, in order, at once', async () => {
    const log = open('plain')
    log.append(mark('a'))
    log.append(mark('b'))
    expect(lines('plain').map((line) => JSON.parse(line) as unknown)).toEqual([
      mark('a'),
      mark('b'),
    ])
    await log.close()
    expect(existsSync(join(dir, 'plain', 'session.lock'))).toBe(false)
  })

  it.each(['background', 'before-feedback'] as const)(
    'keeps raw volumes bit for bit (%s)',
    async (fsync) => {
      const log = openSessionLog(join(dir, `volumes-${fsync}`), fsync)
      const volume = bench.run[3]!
      const file = await log.store(volume)
      await log.flush()
      await log.close()
      const read = await readVolumeFile(join(dir, `volumes-${fsync}`, file))
      expect(read).toEqual({
        index: 3,
        grid: volume.grid,
        data: volume.data,
        trSeconds: volume.trSeconds,
        acquiredAt: null,
      })
    },
  )

  it('writes what the system did not take at once', async () => {
    system.takes = 1000
    const log = open('in-bites')
    const volume = bench.run[3]!
    const file = await log.store(volume)
    await log.close()
    const { data } = await readVolumeFile(join(dir, 'in-bites', file))
    expect(data).toEqual(volume.data)
  })

  it('has every raw volume closed at its end, whether it was flushed or not', async () => {
    const log = open('unflushed')
    for (const volume of bench.run.slice(0, 20)) await log.store(volume)
    const last = join(dir, 'unflushed', 'volumes', '000019.vol')
    expect(system.open).toContain(last)
    await log.close()
    expect([...system.open].filter((path) => path.includes('unflushed'))).toEqual([])
    const { data } = await readVolumeFile(last)
    expect(data).toEqual(bench.run[19]!.data)
  })

  it('refuses a second session in a folder, and two processes at once', async () => {
    const log = open('taken')
    log.append(mark('a'))
    await log.close()
    expect(() => open('taken')).toThrow('holds a session already')
    writeFileSync(join(dir, 'taken', 'session.lock'), `${process.ppid}\n`)
    expect(() => open('taken', 0)).toThrow('Another process')
    writeFileSync(join(dir, 'taken', 'session.lock'), '999999999\n')
    const again = open('taken', lines('taken')[0]!.length + 1)
    again.append(mark('b'))
    await again.close()
    expect(lines('taken')).toHaveLength(2)
  })

  it('leaves no half line behind when the disk is full', () => {
    const log = open('full')
    log.append(mark('fits'))
    disk.room = 10
    expect(() => log.append(mark('does not fit any more'))).toThrow('ENOSPC')
    disk.room = Infinity
    log.append(mark('fits again'))
    expect(lines('full').map((line) => (JSON.parse(line) as { text: string }).text)).toEqual([
      'fits',
      'fits again',
    ])
  })

  it('says what it is about when the folder cannot be made', () => {
    writeFileSync(join(dir, 'a-file'), '')
    expect(() => open('a-file/session')).toThrow('session could not be written')
  })
})

describe('a session whose disk fills up', () => {
  it('stops giving feedback with an error: what was told is in the log, what is not was not told', async () => {
    const steps: Step[] = bench.run.slice(0, 10).flatMap((volume) => [volume, 5])
    steps.splice(10, 0, () => {
      disk.room = 700
    })
    const { session, events, of, dir: folder } = await startOn(bench, 'full', scriptedSource(steps))
    const summary = await session.done
    disk.room = Infinity
    expect(summary).toMatchObject({ reason: 'error', error: { code: 'RT_LOG_FAILED' } })
    expect(summary.counts.feedback).toBeLessThan(10)
    const written = readFileSync(join(folder, 'session.ndjson'), 'utf8').split('\n').slice(0, -1)
    const told = events.filter(({ type }) => type !== 'session.error')
    expect(told).toEqual(written.map((line) => JSON.parse(line) as unknown))
    expect(of('session.error')).toHaveLength(1)
    expect(session.state().status).toBe('failed')
    const replayed = await replaySession({ dir: folder, bundle: bench.bundle, timing: 'fast' })
    expect(replayed.nCompared).toBe(summary.counts.feedback)
  })

  it('goes on where it stopped when there is room again', async () => {
    const source = scriptedSource(bench.run.slice(0, 14))
    const { session, dir: folder } = await startOn(bench, 'full', source, { resume: true })
    const summary = await session.done
    expect(summary).toMatchObject({ error: null, counts: { received: 14, feedback: 14 } })
    await replaySession({ dir: folder, bundle: bench.bundle, timing: 'fast' })
  })

  it('does the same when it is the raw volume that cannot be written', async () => {
    const steps: Step[] = bench.run.slice(0, 6).flatMap((volume) => [volume, 5])
    const folder = join(bench.dir, 'sessions', 'gone')
    steps.splice(6, 0, () => {
      rmSync(join(folder, 'volumes'), { recursive: true })
      writeFileSync(join(folder, 'volumes'), 'in the way')
    })
    const { session, of } = await startOn(bench, 'gone', scriptedSource(steps))
    const summary = await session.done
    expect(summary.error).toMatchObject({ code: 'RT_LOG_FAILED' })
    expect(of('feedback').length).toBeLessThanOrEqual(3)
    expect(of('volume.received')).toHaveLength(of('feedback').length)
  })
})
