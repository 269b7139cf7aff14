import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  sha256,
  sha256File,
  writeChunksAtomic,
  writeFileAtomic,
  writeJsonAtomic,
} from '../../src/io/artifacts.ts'

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'limbic-artifacts-'))

describe('writeFileAtomic', () => {
  it('makes missing folders, writes text and bytes, and leaves nothing else behind', async () => {
    const folder = newFolder()
    await writeFileAtomic(join(folder, 'a', 'b', 'text'), 'é')
    await writeFileAtomic(join(folder, 'a', 'b', 'bytes'), Uint8Array.of(1, 2))
    expect(readFileSync(join(folder, 'a', 'b', 'text'), 'utf8')).toBe('é')
    expect([...readFileSync(join(folder, 'a', 'b', 'bytes'))]).toEqual([1, 2])
    expect(readdirSync(join(folder, 'a', 'b')).sort()).toEqual(['bytes', 'text'])
  })

  it('survives many writers of one name: one of them wins whole', async () => {
    const file = join(newFolder(), 'x')
    const texts = Array.from({ length: 10 }, (_, i) => `${i}`.repeat(10_000))
    await Promise.all(texts.map((text) => writeFileAtomic(file, text)))
    expect(texts).toContain(readFileSync(file, 'utf8'))
  })
})

describe('writeChunksAtomic', () => {
  it('keeps the old file and removes its own when a piece fails', async () => {
    const folder = newFolder()
    const file = join(folder, 'x')
    writeFileSync(file, 'old')
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Uint8Array.of(1))
      throw new Error('disk gone')
    }
    await expect(writeChunksAtomic(file, broken())).rejects.toThrow('disk gone')
    expect(readFileSync(file, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['x'])
  })
})

describe('writeJsonAtomic', () => {
  it('keeps the order of keys, with two spaces and a newline at the end', async () => {
    const file = join(newFolder(), 'x.json')
    await writeJsonAtomic(file, { b: 1, a: [2] })
    expect(readFileSync(file, 'utf8')).toBe('{\n  "b": 1,\n  "a": [\n    2\n  ]\n}\n')
  })
})

describe('sha256', () => {
  // FIPS 180-2, appendix B.1.
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

  it('agrees with the standard, for text, bytes and files', async () => {
    const file = join(newFolder(), 'abc')
    writeFileSync(file, 'abc')
    expect(sha256('abc')).toBe(abc)
    expect(sha256(new TextEncoder().encode('abc'))).toBe(abc)
    expect(await sha256File(file)).toBe(abc)
  })
})
