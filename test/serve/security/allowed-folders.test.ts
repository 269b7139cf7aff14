import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { assertAllowedPath } from '../../../src/serve/security/allowed-folders.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'limbic-allow-'))
  mkdirSync(join(dir, 'in', 'run'), { recursive: true })
  mkdirSync(join(dir, 'in2'))
  writeFileSync(join(dir, 'secret'), '')
  symlinkSync(join(dir, 'secret'), join(dir, 'in', 'link'))
  symlinkSync(dir, join(dir, 'in', 'up'))
})
afterAll(() => rmSync(dir, { recursive: true }))

it.each(['in', 'in/', 'in/run', 'in/new', 'in/new/deeper', 'in/..file', 'in/run/../run'])(
  'takes %s',
  async (path) => {
    await expect(assertAllowedPath(join(dir, path), [join(dir, 'in')])).resolves.toBeUndefined()
  },
)

it.each(['.', 'in2', 'secret', 'in/../secret', 'in/link', 'in/up/secret', 'in/up/new', 'other/in'])(
  'refuses %s',
  async (path) => {
    await expect(assertAllowedPath(`${dir}/${path}`, [join(dir, 'in')])).rejects.toMatchObject({
      code: 'SERVE_FOLDER_NOT_ALLOWED',
    })
  },
)

it('takes everything without a list', async () => {
  await expect(assertAllowedPath(dir, [])).resolves.toBeUndefined()
})
