import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { temporaryFolder } from '../../pipeline/_dataset.ts'
import { limbic } from '../_main.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

it('schemas writes the files that the package ships', async () => {
  const out = join(dir, 'new', 'schemas')
  expect(await limbic('schemas', out)).toEqual({ code: 0, stdout: '', stderr: '' })
  const shipped = new URL('../../../data-schemas/', import.meta.url)
  expect(readdirSync(out).sort()).toEqual(readdirSync(shipped).sort())
  for (const name of readdirSync(out))
    expect(JSON.parse(readFileSync(join(out, name), 'utf8'))).toEqual(
      JSON.parse(readFileSync(new URL(name, shipped), 'utf8')),
    )
})
