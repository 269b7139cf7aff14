import { execFileSync } from 'node:child_process'
import { renameSync, symlinkSync, writeFileSync, mkdirSync, utimesSync } from 'node:fs'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { watchFolder } from '../../../../src/realtime/sources/watch/watch-folder.ts'
import type { WatchFolderOptions } from '../../../../src/realtime/sources/watch/watch-options.ts'
import { listen, pause, type Listener } from '../_events.ts'
import { affine, newFolder, niftiBytes, nVoxels, shape, valuesOf, voxelsOf } from '../_nifti.ts'

const quick = { quietMs: 60, zerosQuietMs: 240, pollMs: 20, patienceMs: 300 }
const listeners: Listener[] = []

function watch(dir: string, options: Partial<WatchFolderOptions> = {}): Listener {
  const listener = listen(watchFolder({ dir, ...quick, ...options }))
  listeners.push(listener)
  return listener
}

afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.close()))
})

async function renameInto(dir: string, name: string, bytes: Uint8Array): Promise<void> {
  const part = join(dir, `${name}.part`)
  const handle = await open(part, 'w')
  await handle.writeFile(bytes)
  await handle.sync()
  await handle.close()
  await rename(part, join(dir, name))
}

describe.each([
  ['with notices of the system', true],
  ['by looking alone, as on network drives', false],
])('a watched folder, %s', (_, notify) => {
  it('gives volumes that come by rename, plain and compressed, whatever their order', async () => {
    const dir = newFolder()
    const arrivals = watch(dir, { notify })
    await renameInto(dir, 'vol_0002.nii', await niftiBytes(voxelsOf(2)))
    await renameInto(dir, 'vol_0000.nii.gz', await niftiBytes(voxelsOf(0), '.nii.gz'))
    await renameInto(dir, 'vol_0001.nii', await niftiBytes(voxelsOf(1)))
    await arrivals.until(() => arrivals.volumes().length === 3, 'three volumes')
    const volumes = arrivals.volumes().toSorted((a, b) => a.index - b.index)
    expect(volumes.map(({ index, data }) => [index, data])).toEqual(
      [0, 1, 2].map((index) => [index, valuesOf(index)]),
    )
    expect(volumes[0]).toMatchObject({
      grid: { shape: [...shape], affine },
      trSeconds: null,
      origin: 'vol_0000.nii.gz',
    })
    expect(arrivals.codes()).toEqual([])
  })

  it('waits for a file that is written slowly under its own name', async () => {
    const dir = newFolder()
    const arrivals = watch(dir, { notify })
    const bytes = await niftiBytes(voxelsOf(3))
    const handle = await open(join(dir, 'vol_3.nii'), 'w')
    for (let start = 0; start < bytes.length; start += 200) {
      await handle.write(bytes.subarray(start, start + 200))
      await pause(10)
    }
    expect(arrivals.volumes()).toEqual([])
    await handle.close()
    await arrivals.until(() => arrivals.volumes().length === 1)
    expect(arrivals.volumes()[0]?.data).toEqual(valuesOf(3))
    expect(arrivals.codes()).toEqual([])
  })

  it('reports a truncated file after a while, and takes it when it is completed later', async () => {
    const dir = newFolder()
    const arrivals = watch(dir, { notify })
    const bytes = await niftiBytes(voxelsOf(1))
    await writeFile(join(dir, 'vol_1.nii'), bytes.subarray(0, 500))
    await arrivals.until(() => arrivals.codes().length === 1, 'a problem')
    expect(arrivals.codes()).toEqual(['RT_FILE_INCOMPLETE'])
    expect(arrivals.events[0]).toMatchObject({
      origin: 'vol_1.nii',
      message: expect.stringContaining(`500 of ${bytes.length} bytes`) as string,
    })
    await writeFile(join(dir, 'vol_1.nii'), bytes.subarray(500), { flag: 'a' })
    await arrivals.until(() => arrivals.volumes().length === 1, 'the volume')
    expect(arrivals.volumes()[0]?.data).toEqual(valuesOf(1))
  })

  it('does not take reserved space for voxels, and takes the volume when it is written', async () => {
    const dir = newFolder()
    const arrivals = watch(dir, { notify })
    const bytes = await niftiBytes(voxelsOf(1))
    const reserved = new Uint8Array(bytes.length)
    reserved.set(bytes.subarray(0, 352))
    await writeFile(join(dir, 'vol_1.nii'), reserved)
    await arrivals.until(() => arrivals.codes().length === 1, 'a problem')
    expect(arrivals.volumes()).toEqual([])
    const handle = await open(join(dir, 'vol_1.nii'), 'r+')
    await handle.write(bytes, 352, bytes.length - 352, 352)
    await handle.close()
    await arrivals.until(() => arrivals.volumes().length === 1, 'the volume')
    expect(arrivals.volumes()[0]?.data).toEqual(valuesOf(1))
    expect(arrivals.codes()).toEqual(['RT_FILE_INCOMPLETE'])
  })

  it('hands a volume over again when it is written anew: the same, and another one', async () => {
    const dir = newFolder()
    const arrivals = watch(dir, { notify })
    await renameInto(dir, 'vol_0.nii', await niftiBytes(voxelsOf(0)))
    await arrivals.until(() => arrivals.volumes().length === 1)
    await renameInto(dir, 'vol_0.nii', await niftiBytes(voxelsOf(0)))
    await arrivals.until(() => arrivals.volumes().length === 2)
    await renameInto(dir, 'vol_0.nii', await niftiBytes(voxelsOf(9)))
    await arrivals.until(() => arrivals.volumes().length === 3)
    const [first, second, third] = arrivals.volumes()
    expect(second?.sha256).toBe(first?.sha256)
    expect(third?.index).toBe(0)
    expect(third?.sha256).not.toBe(first?.sha256)
    expect(arrivals.codes()).toEqual([])
  })
})

describe('a watched folder', () => {
  it('reads a file at once that was renamed right after its last write, and no other', async () => {
    const dir = newFolder()
    const arrivals = watch(dir, { quietMs: 3_600_000 })
    await pause(50)
    for (let i = 0; i < 10; i++) {
      const bytes = await niftiBytes(voxelsOf(i))
      writeFileSync(join(dir, `in_place_${i}.nii`), bytes)
      writeFileSync(join(dir, `vol_${i}.nii.part`), bytes)
      renameSync(join(dir, `vol_${i}.nii.part`), join(dir, `vol_${i}.nii`))
    }
    await arrivals.until(() => arrivals.volumes().length === 10)
    await pause(200)
    expect(arrivals.volumes().map(({ origin }) => origin.slice(0, 3))).toEqual(
      Array.from({ length: 10 }, () => 'vol'),
    )
  })

  it('believes zeros at the end of a file only after a longer silence', async () => {
    const dir = newFolder()
    // A volume of 20 kB whose last 8 kB are zero, as of a mask.
    const data = Int16Array.from({ length: 10_000 }, (_, i) => (i < 6000 ? 5 : 0))
    const bytes = await niftiBytes(data, '.nii', [20, 20, 25])
    const startedMs = performance.now()
    await writeFile(join(dir, 'vol_0.nii'), bytes)
    const arrivals = watch(dir)
    await arrivals.until(() => arrivals.volumes().length === 1)
    expect((arrivals.volumes()[0]?.receivedAtMs ?? 0) - startedMs).toBeGreaterThan(230)
    expect(arrivals.volumes()[0]?.data).toEqual(Float32Array.from(data))
  })

  it('says when a file that was taken is changed in place', async () => {
    const dir = newFolder()
    const arrivals = watch(dir)
    const file = join(dir, 'vol_0.nii')
    await writeFile(file, await niftiBytes(voxelsOf(0)))
    await arrivals.until(() => arrivals.volumes().length === 1)
    await writeFile(file, await niftiBytes(voxelsOf(1)))
    await arrivals.until(() => arrivals.volumes().length === 2)
    expect(arrivals.codes()).toEqual(['RT_FILE_CHANGED'])
  })

  it('refuses links and pipes, and looks into no folder', async () => {
    const dir = newFolder()
    const elsewhere = newFolder()
    writeFileSync(join(elsewhere, 'secret.nii'), await niftiBytes(voxelsOf(0)))
    symlinkSync(join(elsewhere, 'secret.nii'), join(dir, 'vol_0.nii'))
    execFileSync('mkfifo', [join(dir, 'vol_1.nii')])
    mkdirSync(join(dir, 'vol_2.nii'))
    const arrivals = watch(dir)
    await renameInto(dir, 'vol_3.nii', await niftiBytes(voxelsOf(3)))
    await arrivals.until(() => arrivals.volumes().length === 1 && arrivals.codes().length === 2)
    expect(arrivals.volumes()[0]?.index).toBe(3)
    expect(arrivals.codes()).toEqual(['RT_NAME_REFUSED', 'RT_NAME_REFUSED'])
  })

  it('ignores hidden, partial and other files; reports what poses as a volume', async () => {
    const dir = newFolder()
    const arrivals = watch(dir)
    const bytes = await niftiBytes(voxelsOf(0))
    const several = await niftiBytes(new Int16Array(2 * nVoxels).fill(1), '.nii', [...shape, 2])
    await writeFile(join(dir, '.vol_0.nii'), bytes)
    await writeFile(join(dir, 'vol_0.nii.part'), bytes)
    await writeFile(join(dir, 'notes.txt'), 'volume 0')
    await writeFile(join(dir, 'run_4.nii'), several)
    await writeFile(join(dir, 'mean.nii'), bytes)
    await writeFile(join(dir, 'core'), new Uint8Array(500).fill(7))
    await arrivals.until(() => arrivals.codes().length === 3, 'three problems')
    expect(arrivals.codes().toSorted()).toEqual([
      'RT_FILE_UNUSABLE',
      'RT_FILE_UNUSABLE',
      'RT_INDEX_UNKNOWN',
    ])
    await pause(100)
    expect(arrivals.events).toHaveLength(3)
  })

  it('takes indices by the pattern of the user, counting from where the user says', async () => {
    const dir = newFolder()
    const arrivals = watch(dir, { pattern: 'run2_(?<volume>\\d+)_bold.nii', firstIndex: 1 })
    await writeFile(join(dir, 'run1_1_bold.nii'), await niftiBytes(voxelsOf(5)))
    await writeFile(join(dir, 'run2_1_bold.nii'), await niftiBytes(voxelsOf(0)))
    await writeFile(join(dir, 'run2_0_bold.nii'), await niftiBytes(voxelsOf(6)))
    await arrivals.until(() => arrivals.events.length === 2)
    expect(arrivals.volumes().map(({ index }) => index)).toEqual([0])
    expect(arrivals.codes()).toEqual(['RT_INDEX_UNKNOWN'])
  })

  it('leaves files alone that are there at the start, if told to', async () => {
    const dir = newFolder()
    await writeFile(join(dir, 'vol_0.nii'), await niftiBytes(voxelsOf(0)))
    const arrivals = watch(dir, { existing: 'ignore' })
    await pause(150)
    await renameInto(dir, 'vol_1.nii', await niftiBytes(voxelsOf(1)))
    await arrivals.until(() => arrivals.volumes().length === 1)
    expect(arrivals.volumes()[0]?.index).toBe(1)
  })

  it('waits for a folder that is made by the scan, says so once, and survives its removal', async () => {
    const dir = join(newFolder(), 'run1')
    const arrivals = watch(dir)
    await arrivals.until(() => arrivals.codes().length === 1)
    expect(arrivals.codes()).toEqual(['RT_FOLDER_UNREADABLE'])
    mkdirSync(dir)
    await renameInto(dir, 'vol_0.nii', await niftiBytes(voxelsOf(0)))
    await arrivals.until(() => arrivals.volumes().length === 1)
    await rm(dir, { recursive: true })
    await arrivals.until(() => arrivals.codes().length === 2)
    mkdirSync(dir)
    await renameInto(dir, 'vol_1.nii', await niftiBytes(voxelsOf(1)))
    await arrivals.until(() => arrivals.volumes().length === 2)
  })

  it('takes copies that keep their old times', async () => {
    const dir = newFolder()
    const arrivals = watch(dir)
    const file = join(dir, 'vol_0.nii')
    await writeFile(file, await niftiBytes(voxelsOf(0)))
    utimesSync(file, 1e9, 1e9)
    await arrivals.until(() => arrivals.volumes().length === 1)
    expect(arrivals.volumes()[0]?.data).toEqual(valuesOf(0))
  })

  it('does not read on while nobody takes its volumes', async () => {
    const dir = newFolder()
    for (let i = 0; i < 20; i++)
      writeFileSync(join(dir, `v${i}.nii`), await niftiBytes(voxelsOf(i)))
    const source = watchFolder({ dir, ...quick })
    const reader = source[Symbol.asyncIterator]()
    const first = await reader.next()
    await pause(200)
    await source.close()
    let left = 0
    while ((await reader.next()).done !== true) left++
    expect(first.done).toBe(false)
    expect(left).toBeLessThan(8)
  })
})
