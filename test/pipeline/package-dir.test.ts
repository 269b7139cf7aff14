import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { packageDir } from '../../src/pipeline/package-dir.ts'

it('packageDir is the folder of package.json, with what ships beside it', () => {
  const { name } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as {
    name: string
  }
  expect(name).toBe('limbic')
  for (const folder of ['pipelines', 'data-schemas'])
    expect(existsSync(join(packageDir, folder))).toBe(true)
})
