import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { BundleManifest } from '../../../src/core/schemas/bundle.ts'
import { sha256 } from '../../../src/io/artifacts.ts'
import {
  readBundleFile,
  readManifest,
  writeBundleFiles,
} from '../../../src/pipeline/bundle/files.ts'
import { listFiles, temporaryFolder } from '../_dataset.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

const manifest: Omit<BundleManifest, 'files'> = {
  format: 'limbic-bundle-1',
  name: 'tiny',
  version: '0.1.0',
  model: 'lda',
  classes: ['a', 'b'],
  grid: { shape: [2, 2, 2], affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] },
  trSeconds: 2,
  trainingSubjects: ['01'],
  voxelMode: 'shared',
  baseline: 'calibration',
  nVoxels: 3,
  nFeatures: 3,
  temperature: 1,
  metrics: null,
  pipelineSha256: 'p',
  datasetSha256: 'd',
}
const states = {
  'decoder.state': { weights: Float64Array.of(1, 2, 3) },
  'subjects/01.state': { voxels: Int32Array.of(4, 5) },
}
const fileNames = ['decoder.state', 'manifest.json', 'manifest.state', 'subjects/01.state']

let nBundles = 0
const freshDir = (): string => join(dir, `bundle-${++nBundles}`)

describe('writeBundleFiles', () => {
  it('writes the manifest and every file with its hash', async () => {
    const bundle = freshDir()
    const written = await writeBundleFiles(bundle, manifest, states)
    expect(listFiles(bundle)).toEqual(fileNames)
    expect(Object.keys(written.files)).toEqual([...Object.keys(states), 'manifest.state'])
    for (const [name, hash] of Object.entries(written.files))
      expect(sha256(readFileSync(join(bundle, name)))).toBe(hash)
    expect(await readManifest(bundle)).toEqual(written)
    for (const [name, state] of Object.entries(states))
      expect(await readBundleFile(bundle, written, name)).toEqual(state)
  })

  it('gives the same bytes for the same decoder', async () => {
    const [one, two] = [freshDir(), freshDir()]
    await writeBundleFiles(one, manifest, states)
    await writeBundleFiles(two, manifest, states)
    for (const name of fileNames)
      expect(readFileSync(join(two, name))).toEqual(readFileSync(join(one, name)))
  })

  it('replaces an older bundle as a whole, and a half-written one too', async () => {
    const bundle = freshDir()
    await writeBundleFiles(bundle, manifest, { ...states, 'subjects/02.state': {} })
    mkdirSync(`${bundle}.part`)
    writeFileSync(join(`${bundle}.part`, 'left-over'), 'x')
    await writeBundleFiles(bundle, { ...manifest, name: 'new' }, states)
    expect(listFiles(bundle)).toEqual(fileNames)
    expect((await readManifest(bundle)).name).toBe('new')
    expect(listFiles(dir).filter((name) => name.includes('.part'))).toEqual([])
  })

  it('notices a changed manifest: swapped classes would swap every prediction', async () => {
    const bundle = freshDir()
    await writeBundleFiles(bundle, manifest, states)
    const file = join(bundle, 'manifest.json')
    const text = readFileSync(file, 'utf8')
    for (const changed of [
      text.replace('"a"', '"b"').replace(/"b"(?=\s*\])/, '"a"'),
      `${text}\n`,
    ]) {
      expect(changed).not.toBe(text)
      writeFileSync(file, changed)
      await expect(readManifest(bundle)).rejects.toMatchObject({ code: 'BUNDLE_HASH_MISMATCH' })
    }
    writeFileSync(file, text)
    expect((await readManifest(bundle)).classes).toEqual(['a', 'b'])
  })

  it('leaves the older bundle alone when the new one cannot be written', async () => {
    const bundle = freshDir()
    const old = await writeBundleFiles(bundle, manifest, states)
    const broken = { ...states, 'last.state': { tooMuch: () => 1 } }
    await expect(
      writeBundleFiles(bundle, { ...manifest, name: 'x' }, broken),
    ).rejects.toMatchObject({
      code: 'VALUE_INVALID',
    })
    expect(await readManifest(bundle)).toEqual(old)
    for (const name of Object.keys(states)) await readBundleFile(bundle, old, name)
  })
})

describe('readBundleFile', () => {
  it('refuses a file of which any byte was changed, and no other', async () => {
    const bundle = freshDir()
    const written = await writeBundleFiles(bundle, manifest, states)
    const file = join(bundle, 'decoder.state')
    const whole = readFileSync(file)
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          const changed = Buffer.from(whole)
          changed[at]! ^= by
          writeFileSync(file, changed)
          await expect(readBundleFile(bundle, written, 'decoder.state')).rejects.toMatchObject({
            code: 'BUNDLE_HASH_MISMATCH',
            details: { file, expected: sha256(whole), found: sha256(changed) },
          })
          await readBundleFile(bundle, written, 'subjects/01.state')
        },
      ),
      { numRuns: 40 },
    )
    writeFileSync(file, whole)
    expect(await readBundleFile(bundle, written, 'decoder.state')).toEqual(states['decoder.state'])
  })

  it('refuses a file that is cut short, gone, or not named in the manifest', async () => {
    const bundle = freshDir()
    const written = await writeBundleFiles(bundle, manifest, states)
    const file = join(bundle, 'decoder.state')
    writeFileSync(file, readFileSync(file).subarray(0, -1))
    rmSync(join(bundle, 'subjects', '01.state'))
    writeFileSync(join(bundle, 'foreign.state'), 'x')
    for (const [name, found] of [
      ['decoder.state', sha256(readFileSync(file))],
      ['subjects/01.state', 'no such file'],
      ['foreign.state', sha256('x')],
    ] as const)
      await expect(readBundleFile(bundle, written, name)).rejects.toMatchObject({
        code: 'BUNDLE_HASH_MISMATCH',
        details: { found },
      })
  })
})

describe('readManifest', () => {
  it('says what is missing', async () => {
    await expect(readManifest(join(dir, 'nowhere'))).rejects.toMatchObject({
      code: 'BUNDLE_INVALID',
      details: { found: 'no such folder' },
    })
    await expect(readManifest(dir)).rejects.toMatchObject({
      code: 'BUNDLE_INVALID',
      details: { found: 'a folder without one' },
    })
  })

  it.each([
    ['no JSON', '{ "format": '],
    ['another format', JSON.stringify({ ...manifest, files: {}, format: 'limbic-bundle-2' })],
    ['an unknown key', JSON.stringify({ ...manifest, files: {}, extra: 1 })],
    ['no files', JSON.stringify(manifest)],
  ])('refuses a manifest with %s', async (_, text) => {
    const bundle = freshDir()
    mkdirSync(bundle)
    writeFileSync(join(bundle, 'manifest.json'), text)
    await expect(readManifest(bundle)).rejects.toMatchObject({
      code: 'BUNDLE_INVALID',
      details: { bundle: join(bundle, 'manifest.json') },
    })
  })
})
