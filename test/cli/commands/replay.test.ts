import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeBench, scriptedSource, startOn, type SessionBench } from '../../realtime/_session.ts'
import { limbic } from '../_main.ts'

let bench: SessionBench
let dir: string
beforeAll(async () => {
  bench = await makeBench()
  const source = scriptedSource([...bench.run.slice(0, 3), bench.run[4]!])
  const started = await startOn(bench, 'recorded', source)
  await started.session.done
  dir = started.dir
})
afterAll(() => bench.remove())

describe('limbic replay', () => {
  it('says how much is the same, and exits with 0', async () => {
    const { code, stdout } = await limbic('replay', dir)
    expect(code).toBe(0)
    expect(stdout).toBe('5 messages are the same to the last byte, 4 of them decoded again\n')
  })

  it('prints every volume, for people and for programs', async () => {
    const { stdout } = await limbic('replay', dir, '--print')
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(6)
    expect(lines[3]).toBe('     3  no feedback: lost')
    expect(lines[4]).toMatch(
      /^ {5}4 {2}\w+ {2}negative 0\.\d{4} {2}neutral 0\.\d{4} {2}rest 0\.\d{4}$/,
    )
    const json = await limbic('replay', dir, '--print', '--json')
    const documents = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(documents[3]).toMatchObject({ volume: 3, reason: 'lost' })
    expect(documents.at(-1)).toMatchObject({ nCompared: 5, nDecoded: 4 })
  })

  it('exits with 1 and names the volume when a byte differs', async () => {
    const copy = join(bench.dir, 'copy')
    cpSync(dir, copy, { recursive: true })
    const log = join(copy, 'session.ndjson')
    const text = readFileSync(log, 'utf8')
    writeFileSync(log, text.replace(/("volume":2,"status".*?"confidence":0\.\d{3})\d/, '$1x'.replace('x', '0'))) // prettier-ignore
    const changed = readFileSync(log, 'utf8') !== text
    const { code, stderr } = await limbic('replay', copy)
    expect({ changed, code }).toEqual({ changed: true, code: 1 })
    expect(stderr).toContain('RT_REPLAY_DIFFERS')
    expect(stderr).toContain('volume 2')
  })

  it('finds the bundle where it lies now, and refuses what is no session', async () => {
    expect((await limbic('replay', dir, '--bundle', bench.bundle.dir)).code).toBe(0)
    const { code, stderr } = await limbic('replay', bench.dir)
    expect(code).toBe(1)
    expect(stderr).toContain('RT_SESSION_INVALID')
  })
})
