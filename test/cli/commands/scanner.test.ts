import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeNifti } from '../../../src/io/nifti/index.ts'
import { temporaryFolder } from '../../e2e/_cli.ts'
import { limbic } from '../_main.ts'

const { dir, remove } = temporaryFolder()
const run = join(dir, 'run.nii.gz')

beforeAll(async () => {
  const affine = [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1]
  const data = Int16Array.from({ length: 8 * 4 }, (_, i) => i + 1)
  await writeNifti(run, { data, shape: [2, 2, 2, 4], affine, trSeconds: 2 })
})
afterAll(remove)

it('plays a run into a folder, with what is asked for', async () => {
  const folder = join(dir, 'out')
  const { code, stdout } = await limbic(
    ...['scanner', run, '--folder', folder, '--tr', '0.02', '--format', 'nifti-gz'],
    ...['--drop', '1', '--truncate', '2,3:never', '--json'],
  )
  expect(code).toBe(0)
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>) // prettier-ignore
  expect(lines.map(({ volume, do: what, form }) => [volume, what, form])).toEqual([
    [0, 'send', 'whole'],
    [2, 'send', 'truncated'],
    [2, 'complete', 'truncated'],
    [3, 'send', 'truncated'],
    [undefined, undefined, undefined],
  ])
  expect(lines.at(-1)).toEqual({ sent: 3 })
  expect(readdirSync(folder).sort()).toEqual([0, 2, 3].map((i) => `vol_0000${i}.nii.gz`))
})

it.each([
  ['without a receiver', []],
  ['with two', ['--folder', 'a', '--tcp', '5555']],
  ['with a fault without its time', ['--folder', 'a', '--late', '3']],
  ['with a volume that is none', ['--folder', 'a', '--drop', '1,two']],
  ['with copies of what is no DICOM', ['--folder', join(dir, 'b'), '--format', 'dicom']],
])('does not start %s', async (_, options) => {
  const { code, stderr } = await limbic('scanner', run, ...options)
  expect(stderr).toContain('OPTION_INVALID')
  expect(code).toBe(2)
})
