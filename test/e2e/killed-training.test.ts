/** A training that is killed by force and started again: the decoder is the one that an uninterrupted training gives, to the last bit. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundleSchema, type BundleManifest } from '../../src/core/schemas/bundle.ts'
import { limbic, startLimbic, temporaryFolder } from './_cli.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
const nEpochs = 12

beforeAll(async () => {
  const size = ['--subjects', '3', '--runs', '1', '--shape', '12,12,8', '--volumes', '81']
  const { code, stderr } = await limbic('simulate', bids, ...size)
  expect(code, stderr).toBe(0)
})
afterAll(remove)

/** 150 volumes, 5 steps an epoch. */
const train = (out: string, ...more: readonly string[]): string[] => [
  ...['train', 'resnet3d-loso', '--bids', bids, '--out', join(dir, out), '--engine', 'cpu'],
  ...['--set', `classify.options={epochs: ${nEpochs}, members: 2, batchSize: 16}`],
  ...['--set', 'classify.innerSubjects=0', ...more],
]

const manifestOf = (out: string): BundleManifest =>
  bundleSchema.parse(JSON.parse(readFileSync(join(dir, out, 'bundle', 'manifest.json'), 'utf8')))

/** Rows of the logs so far, one number per network. */
function epochsDone(out: string): number[] {
  const folder = join(dir, out, 'training', 'bundle')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.csv'))
    .map((file) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n').length - 1)
}

it('resumes to the same weights after kill -9', async () => {
  const killed = startLimbic(...train('killed'))
  while (!epochsDone('killed').some((n) => n >= 3)) await sleep(5)
  killed.kill()
  expect((await killed.ended).code).toBeNull()
  expect(existsSync(join(dir, 'killed', 'bundle'))).toBe(false)
  expect(epochsDone('killed').every((n) => n === nEpochs)).toBe(false)

  const resumed = await limbic(...train('killed', '--log-format', 'json'))
  expect(resumed.code, resumed.stderr).toBe(0)
  expect(resumed.stderr).toMatch(/train resnet3d [12]\/2: resumed after epoch \d+/)
  expect((await limbic(...train('whole'))).code).toBe(0)
  expect(manifestOf('killed').files).toEqual(manifestOf('whole').files)
  expect(epochsDone('killed')).toEqual([nEpochs, nEpochs])
})
