import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readMotion } from '../../src/pipeline/motion.ts'
import { temporaryFolder } from './_dataset.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

const header = 'csf\trot_x\trot_y\trot_z\ttrans_x\ttrans_y\ttrans_z'

function write(name: string, ...lines: readonly string[]): string {
  const file = join(dir, name)
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

describe('readMotion', () => {
  it('reads translations before rotations, wherever they stand', async () => {
    const file = write('a.tsv', header, '9\t.1\t.2\t.3\t1\t2\t3', '9\t.4\t.5\t.6\t4\t5\t6')
    const motion = await readMotion(file, 2)
    expect([...motion!.data]).toEqual([1, 2, 3, 0.1, 0.2, 0.3, 4, 5, 6, 0.4, 0.5, 0.6])
  })

  it('is unknown without a file, without the columns, or with another number of volumes', async () => {
    expect(await readMotion(undefined, 2)).toBeUndefined()
    expect(await readMotion(write('b.tsv', 'csf', '1', '2'), 2)).toBeUndefined()
    expect(await readMotion(write('c.tsv', header, '9\t.1\t.2\t.3\t1\t2\t3'), 2)).toBeUndefined()
  })
})
