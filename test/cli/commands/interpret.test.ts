import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder, writeDataset } from '../../pipeline/_dataset.ts'
import { train } from '../../pipeline/bundle/_trained.ts'
import { limbic } from '../_main.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
const run = join(dir, 'run')
const truth = join(bids, 'derivatives', 'ground-truth')

beforeAll(async () => {
  await writeDataset(bids, { subjects: 4 })
  const command = ['run', 'smoke-synthetic', '--bids', bids, '--out', run, '--jobs', '1']
  expect((await limbic(...command, '--set', 'select.k=40')).code).toBe(0)
  await train(bids, join(dir, 'out'))
})
afterAll(remove)

describe('limbic interpret', () => {
  it('writes maps of a run and prints how well they find the truth', async () => {
    const { code, stdout } = await limbic('interpret', run, '--truth', truth)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^sub-01 +[01]\.\d{3} /m)
    expect(stdout).toMatch(/^mean +[01]\.\d{3}$/m)
    const [, model] = /maps of (\S+) in/.exec(stdout)!
    expect(existsSync(join(run, 'maps', model!, 'interpretation.json'))).toBe(true)
  })

  it('explains a bundle with a dataset, as JSON when asked', async () => {
    const out = join(dir, 'maps')
    const bundle = join(dir, 'out', 'bundle')
    const { stdout } = await limbic('interpret', bundle, '--bids', bids, '--out', out, '--json')
    const { maps } = JSON.parse(stdout) as { maps: string[] }
    expect(maps).toHaveLength(3 * 3 * 3 + 1)
    for (const name of maps) expect(existsSync(join(out, name))).toBe(true)
  })

  it('asks for the dataset of a bundle, and for a folder that is either', async () => {
    const bundle = await limbic('interpret', join(dir, 'out', 'bundle'))
    expect([bundle.code, bundle.stderr]).toEqual([2, expect.stringMatching(/^OPTION_INVALID: /)])
    const neither = await limbic('interpret', dir, '--bids', bids)
    expect([neither.code, neither.stderr]).toEqual([1, expect.stringMatching(/^BUNDLE_INVALID: /)])
  })
})
