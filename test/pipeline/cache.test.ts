import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { silent } from '../../src/core/events.ts'
import {
  canonicalJson,
  createDiskMemo,
  createMemoryMemo,
  hashKey,
} from '../../src/pipeline/cache.ts'
import { createRecorder, hitsOf, listFiles, temporaryFolder } from './_dataset.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

describe('canonicalJson', () => {
  const plain = fc.jsonValue({ maxDepth: 3 })

  it('does not depend on the order of keys, at any depth', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(canonicalJson(reverseKeys(value))).toBe(canonicalJson(value))
      }),
    )
    expect(canonicalJson({ b: { d: 1, c: 2 }, a: 0 })).toBe('{"a":0,"b":{"c":2,"d":1}}')
  })

  it('says the same only of equal values', () => {
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        const isSame = JSON.stringify(sortKeys(a)) === JSON.stringify(sortKeys(b))
        expect(canonicalJson(a) === canonicalJson(b)).toBe(isSame)
      }),
    )
  })

  it('keeps the order of lists', () => {
    expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]))
  })

  it('tells typed arrays apart by every element', () => {
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1 }), fc.nat(), (array, at) => {
        const changed = array.slice()
        const bits = new Uint32Array(changed.buffer)
        bits[at % bits.length]! ^= 1
        expect(canonicalJson({ array: array.slice() })).toBe(canonicalJson({ array }))
        expect(canonicalJson({ array: changed })).not.toBe(canonicalJson({ array }))
      }),
    )
  })

  it('reads a view as what it shows, not as what lies around it', () => {
    const around = Int32Array.of(9, 1, 2, 9)
    expect(canonicalJson(around.subarray(1, 3))).toBe(canonicalJson(Int32Array.of(1, 2)))
  })
})

describe('hashKey', () => {
  it('is an address of 32 hexadecimal digits for stage and key', () => {
    const hash = hashKey('mask', { a: 1, b: 2 })
    expect(hash).toMatch(/^[0-9a-f]{32}$/)
    expect(hashKey('mask', { b: 2, a: 1 })).toBe(hash)
    expect(hashKey('mask', { a: 1, b: 3 })).not.toBe(hash)
    expect(hashKey('anova', { a: 1, b: 2 })).not.toBe(hash)
  })

  it('takes a key that is undefined for one that is absent', () => {
    expect(hashKey('settings', { a: 1, b: undefined })).toBe(hashKey('settings', { a: 1 }))
  })
})

describe('createDiskMemo', () => {
  let nFolders = 0
  const fresh = (): string => join(dir, `memo-${++nFolders}`)

  it('computes once, tells of hit and miss, and gives typed arrays back', async () => {
    const folder = fresh()
    const { events, emit } = createRecorder()
    const value = { voxels: Int32Array.of(3, 1), mean: Float64Array.of(NaN, -0), name: 'a' }
    let nComputed = 0
    const ask = (): Promise<typeof value> =>
      createDiskMemo(folder, emit)('mask', { k: 1 }, () => {
        nComputed += 1
        return Promise.resolve(value)
      })
    expect(await ask()).toBe(value)
    expect(await ask()).toEqual(value)
    expect(nComputed).toBe(1)
    const key = hashKey('mask', { k: 1 })
    expect(events).toEqual([
      { type: 'cache', stage: 'mask', key, hit: false },
      { type: 'cache', stage: 'mask', key, hit: true },
    ])
    expect(listFiles(folder)).toEqual([`mask/${key}.state`])
  })

  it('keeps stages and keys apart', async () => {
    const memo = createDiskMemo(fresh(), silent)
    expect(await memo('a', 1, () => Promise.resolve('a1'))).toBe('a1')
    expect(await memo('a', 2, () => Promise.resolve('a2'))).toBe('a2')
    expect(await memo('b', 1, () => Promise.resolve('b1'))).toBe('b1')
    expect(await memo('a', 1, () => Promise.resolve('again'))).toBe('a1')
  })

  it('remembers that there was nothing', async () => {
    const memo = createDiskMemo(fresh(), silent)
    for (const nothing of [undefined, null, 0, '']) {
      const key = String(nothing)
      await memo('stage', key, () => Promise.resolve(nothing))
      expect(await memo<unknown>('stage', key, () => Promise.resolve('again'))).toBe(nothing)
    }
  })

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 5)],
    ['emptied', () => Buffer.alloc(0)],
    ['changed in one bit', (bytes: Buffer) => flipLastBit(bytes)],
  ])('computes again what was %s, and mends the file', async (_, damage) => {
    const folder = fresh()
    const { events, emit } = createRecorder()
    const memo = createDiskMemo(folder, emit)
    const ask = (): Promise<Float64Array> =>
      memo('stage', 'key', () => Promise.resolve(Float64Array.of(1, 2, 3)))
    await ask()
    const file = join(folder, listFiles(folder)[0]!)
    const whole = readFileSync(file)
    writeFileSync(file, damage(Buffer.from(whole)))
    expect(await ask()).toEqual(Float64Array.of(1, 2, 3))
    expect(readFileSync(file)).toEqual(whole)
    await ask()
    expect(hitsOf(events, 'stage')).toEqual([false, false, true])
  })

  it('leaves nothing behind when the computation fails', async () => {
    const folder = fresh()
    const memo = createDiskMemo(folder, silent)
    await expect(memo('s', 1, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(listFiles(folder)).toEqual([])
    expect(await memo('s', 1, () => Promise.resolve(5))).toBe(5)
  })
})

function flipLastBit(bytes: Buffer): Buffer {
  bytes[bytes.length - 1]! ^= 1
  return bytes
}

function reverseKeys(value: unknown): unknown {
  return mapObjects(value, (entries) => [...entries].reverse())
}

function sortKeys(value: unknown): unknown {
  return mapObjects(value, (entries) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function mapObjects(
  value: unknown,
  order: (entries: readonly [string, unknown][]) => readonly [string, unknown][],
): unknown {
  if (Array.isArray(value)) return value.map((item) => mapObjects(item, order))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    order(Object.entries(value)).map(([key, inner]) => [key, mapObjects(inner, order)]),
  )
}

describe('createMemoryMemo', () => {
  it('computes a remembered stage once per key, and every other stage each time', async () => {
    const memo = createMemoryMemo(['anova'])
    let nComputed = 0
    const compute = (): Promise<number> => Promise.resolve(++nComputed)
    expect(await memo('anova', { k: 1 }, compute)).toBe(1)
    expect(await memo('anova', { k: 1 }, compute)).toBe(1)
    expect(await memo('anova', { k: 2 }, compute)).toBe(2)
    expect(await memo('population', { k: 1 }, compute)).toBe(3)
    expect(await memo('population', { k: 1 }, compute)).toBe(4)
    expect(await createMemoryMemo(['anova'])('anova', { k: 1 }, compute)).toBe(5)
  })
})
