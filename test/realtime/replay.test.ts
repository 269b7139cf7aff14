import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { replaySession, type ReplayOptions } from '../../src/realtime/replay.ts'
import {
  altered,
  arrived,
  makeLargeBench,
  scriptedSource,
  startOn,
  type SessionBench,
} from './_session.ts'

let bench: SessionBench
let recorded: string
beforeAll(async () => {
  bench = await makeLargeBench()
  const { run } = bench
  const blank = arrived(7, new Float32Array(run[7]!.data.length), run[7]!)
  const steps = [...run.slice(0, 5), run[6]!, blank, ...run.slice(8, 12), altered(run[3]!, 1)]
  const { session, dir } = await startOn(bench, 'recorded', scriptedSource(steps), {
    policy: {
      realign: 'first',
      smoothing: { kind: 'ema', alpha: 0.4 },
      detrend: {
        baseline: 'running',
        trendFrom: 4,
        motion: true,
        motionFrom: 20,
        minVolumes: 2,
        standardize: true,
      },
    },
  })
  await session.done
  recorded = dir
})
afterAll(() => bench.remove())

const replay = (dir: string, options: Partial<ReplayOptions> = {}) =>
  replaySession({ dir, bundle: bench.bundle, timing: 'fast', ...options })

/** A copy of the session in which some file was changed. */
function tamper(name: string, file: string, change: (content: string) => string): string {
  const dir = join(bench.dir, 'tampered', name)
  cpSync(recorded, dir, { recursive: true })
  const content = readFileSync(join(dir, file), 'latin1')
  const changed = change(content)
  expect(changed).not.toBe(content)
  writeFileSync(join(dir, file), changed, 'latin1')
  return dir
}

describe('replaySession', () => {
  it('gives every message again: decoded, warming up, lost and refused ones', async () => {
    const reasons: (string | null)[] = []
    const summary = await replay(recorded, {
      onFeedback: (decoded, given) => {
        reasons.push(decoded.reason)
        expect(given.feedback).toMatchObject(decoded)
      },
    })
    expect(summary).toMatchObject({ session: 'recorded', nCompared: 12, nDecoded: 11, nCrashed: 0 })
    expect(new Set(reasons)).toEqual(new Set(['warming-up', null, 'lost', 'failed']))
  })

  it('takes as long as the session did when it is asked to', async () => {
    const log = readFileSync(join(recorded, 'session.ndjson'), 'utf8').trimEnd().split('\n')
    const times = log
      .map((line) => JSON.parse(line) as { type: string; at: number })
      .flatMap(({ type, at }) => (type === 'feedback' ? [at] : []))
    const started = performance.now()
    await replay(recorded, { timing: 'original' })
    // Timers may fire up to a millisecond early, once per volume.
    const took = performance.now() - started + times.length
    expect(took).toBeGreaterThanOrEqual(times.at(-1)! - times[0]!)
  })

  it.each([
    ['a digit of a probability', /("probabilities":\{"negative":0\.\d{5})(\d)/],
    ['a digit of a smoothed probability', /("smoothed":\{"negative":0\.\d{5})(\d)/],
    ['a digit of the motion', /("translationMm":\[-?\d\.\d{3})(\d)/],
  ])('fails where %s is another, and names the volume', async (_, pattern) => {
    const dir = tamper(_, 'session.ndjson', (log) =>
      log.replace(
        pattern,
        (_all, start: string, digit: string) => start + String((Number(digit) + 1) % 10),
      ),
    )
    await expect(replay(dir)).rejects.toMatchObject({ code: 'RT_REPLAY_DIFFERS' })
  })

  it('fails where a number is written in another way', async () => {
    const dir = tamper('spelling', 'session.ndjson', (log) =>
      log.replace(/("confidence":0\.\d+)/, '$10'),
    )
    await expect(replay(dir)).rejects.toMatchObject({ code: 'RT_REPLAY_DIFFERS' })
  })

  it('fails where a voxel was changed, a message left out, or the calibration exchanged', async () => {
    const voxel = tamper('voxel', 'volumes/000003.vol', (bytes) => `${bytes.slice(0, -1)}~`)
    await expect(replay(voxel)).rejects.toMatchObject({ code: 'RT_FRAME_INVALID' })
    const gap = tamper('gap', 'session.ndjson', (log) =>
      log.replace(/\{"type":"feedback","volume":4,.*\n/, ''),
    )
    await expect(replay(gap)).rejects.toThrow('found volume 5')
    const other = tamper('calibration', 'calibration.state', (bytes) => `${bytes}x`)
    await expect(replay(other)).rejects.toThrow('another calibration')
  })

  it('refuses another bundle', async () => {
    const manifest = { ...bench.bundle.manifest, temperature: 2 }
    await expect(replay(recorded, { bundle: { ...bench.bundle, manifest } })).rejects.toMatchObject(
      {
        code: 'RT_SESSION_DIFFERS',
      },
    )
  })

  it('finds a decoder out that computes differently', async () => {
    const { openInProcessDecoder } = await import('../../src/realtime/decode/in-process-decoder.ts')
    const differing = replay(recorded, {
      openDecoder: async (options) => {
        const decoder = await openInProcessDecoder(options)
        return {
          ...decoder,
          decode: async (input) => {
            const outcome = await decoder.decode(input)
            if (input.index !== 9 || !('decoded' in outcome)) return outcome
            const { probabilities, motion } = outcome.decoded
            const [first = 0, ...rest] = probabilities ?? []
            return { decoded: { probabilities: [first * (1 + 2 ** -52), ...rest], motion } }
          },
        }
      },
    })
    await expect(differing).rejects.toMatchObject({
      code: 'RT_REPLAY_DIFFERS',
      details: { volume: 9 },
    })
  })
})
