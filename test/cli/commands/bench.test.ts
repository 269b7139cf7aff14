import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { workloadNames } from '../../../bench/index.ts'
import { realtimeCases } from '../../../bench/realtime-cases.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

it('lists what it can measure', () => {
  expect(run('--list')).toMatchObject({
    status: 0,
    stdout: [...workloadNames, ...realtimeCases.map(({ name }) => name)]
      .map((name) => `${name}\n`)
      .join(''),
  })
})

it('measures in a process of its own and prints one line of JSON', () => {
  const { status, stdout } = run('procrustes', '--json', '--threads', '1')
  expect(status).toBe(0)
  const lines = stdout.trim().split('\n')
  expect(lines).toHaveLength(1)
  const result = JSON.parse(lines[0]!) as Record<string, unknown>
  expect(Object.keys(result).sort()).toEqual(
    ['cpuSeconds', 'medianSeconds', 'minSeconds', 'name', 'peakMb', 'threads'].sort(),
  )
  expect(result).toMatchObject({ name: 'procrustes', threads: 1 })
})

it('prints a line for people', () => {
  expect(run('procrustes').stdout).toMatch(
    /^procrustes {13}[ \d]+\.\d{4} s {2}cpu [ \d]+\.\d{4} s {2}[ \d]+ MB\n$/,
  )
})

it('plays a run from files to feedback and prints the distribution of what that takes', () => {
  const options = ['--volumes', '4', '--interval', '100', '--json']
  const { status, stdout } = run('realtime-cnn1d', ...options)
  expect(status).toBe(0)
  const measured = JSON.parse(stdout) as Record<string, unknown>
  expect(measured).toMatchObject({ name: 'realtime-cnn1d', nVolumes: 4, nWithoutFeedback: 0 })
  expect(measured.latencyMs).toMatchObject({ n: 4 })
  expect(Object.keys(measured.partsMs as object)).toEqual(['outside', 'decoded', 'logged'])
  const resident = measured.residentMb as readonly { volume: number; mb: number }[]
  expect(resident.map(({ volume }) => volume)).toEqual([1, 1, 2, 2, 2, 3, 3, 4, 4, 4])
  for (const { mb } of resident) expect(mb).toBeGreaterThan(20)
})

it('refuses an unknown name before it measures anything', () => {
  const { status, stdout, stderr } = run('procrustes', 'anvoa')
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toContain('anvoa')
})

function run(...argv: string[]): { status: number | null; stdout: string; stderr: string } {
  const launch = join(root, 'src', 'cli', 'launch.mjs')
  return spawnSync(process.execPath, [launch, 'bench', ...argv], { encoding: 'utf8' })
}
