import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { temporaryFolder, writeDataset } from '../../pipeline/_dataset.ts'
import { limbic } from '../_main.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')

beforeAll(() => writeDataset(bids))
afterAll(remove)

it('train writes the bundle and says what is in it', async () => {
  const out = join(dir, 'out')
  const args = ['--bids', bids, '--out', out, '--set', 'select.k=40']
  expect(await limbic('train', 'smoke-synthetic', ...args)).toMatchObject({
    code: 0,
    stdout: `trained nearest-centroid on 3 subjects: negative, neutral, rest\nbundle: ${join(out, 'bundle')}\n`,
  })
  for (const name of ['bundle/manifest.json', 'log.ndjson'])
    expect(existsSync(join(out, name)), name).toBe(true)
})
