import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openByteReader } from '../../../src/io/nifti/byte-reader.ts'
import { codeOf, newFolder } from './_files.ts'

const folder = newFolder()
const content = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) & 255)
const files = {
  plain: join(folder, 'plain'),
  gzip: join(folder, 'gzip'),
  members: join(folder, 'members'),
}
writeFileSync(files.plain, content)
writeFileSync(files.gzip, gzipSync(content))
writeFileSync(
  files.members,
  Buffer.concat([gzipSync(content.subarray(0, 99)), gzipSync(content.subarray(99))]),
)

describe('openByteReader', () => {
  it.each(Object.entries(files))('gives the same bytes in any steps: %s', async (_name, file) => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(3000)), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(steps, async (moves) => {
        const reader = await openByteReader(file)
        for (const [isSkip, count] of moves) {
          const start = reader.position()
          const expected = content.subarray(start, start + count)
          if (isSkip) expect(await reader.skip(count)).toBe(expected.length)
          else {
            const target = new Uint8Array(count)
            expect(await reader.read(target)).toBe(expected.length)
            expect(target.subarray(0, expected.length)).toEqual(expected)
          }
          expect(reader.position()).toBe(start + expected.length)
        }
        await reader.finish(content.length)
        await reader.close()
      }),
      { numRuns: 30 },
    )
  })

  it('ends early where a gzip stream is cut, and says so at the end', async () => {
    const file = join(folder, 'cut')
    writeFileSync(file, gzipSync(content).subarray(0, -4))
    const reader = await openByteReader(file)
    await reader.read(new Uint8Array(content.length))
    expect(await codeOf(() => reader.finish(0))).toBe('GZIP_CORRUPT')
    await reader.close()
  })

  it('tests the checksum of a gzip stream', async () => {
    const file = join(folder, 'crc')
    const stored = gzipSync(content)
    stored[stored.length - 8]! ^= 1
    writeFileSync(file, stored)
    const reader = await openByteReader(file)
    const run = async (): Promise<void> => {
      await reader.skip(content.length)
      await reader.finish(0)
    }
    expect(await codeOf(run)).toBe('GZIP_CORRUPT')
    await reader.close()
  })

  it('stops a gzip stream that goes on too long', async () => {
    const file = join(folder, 'bomb')
    writeFileSync(file, gzipSync(new Uint8Array(2 ** 24)))
    const reader = await openByteReader(file)
    await reader.skip(10)
    expect(await codeOf(() => reader.finish(2 ** 20))).toBe('NIFTI_TOO_LARGE')
    expect(reader.position()).toBeLessThan(2 ** 23)
    await reader.close()
  })

  it('reads the length in the trailer', async () => {
    const reader = await openByteReader(files.gzip)
    expect(await reader.trailerLength()).toBe(content.length)
    await reader.close()
  })
})
