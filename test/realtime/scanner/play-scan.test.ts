/** The simulated scanner against the sources themselves: what is sent is what arrives. */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readVolumes, writeNifti } from '../../../src/io/nifti/index.ts'
import type { ScannerFaults } from '../../../src/realtime/scanner/plan.ts'
import { playScan, type ScannerTarget } from '../../../src/realtime/scanner/play-scan.ts'
import { afniSource } from '../../../src/realtime/sources/afni/afni-source.ts'
import { openRecordedRun } from '../../../src/realtime/sources/recorded-run.ts'
import { tcpSource } from '../../../src/realtime/sources/tcp/tcp-source.ts'
import { watchFolder } from '../../../src/realtime/sources/watch/watch-folder.ts'
import type { ArrivedVolume } from '../../../src/realtime/volume-source.ts'
import { sharedPath } from '../../_shared.ts'
import { listen, type Listener } from '../sources/_events.ts'
import { affine, newFolder, nVoxels, shape, valuesOf, voxelsOf } from '../sources/_nifti.ts'

const listeners: Listener[] = []
const nVolumes = 6
let input = ''

beforeAll(async () => {
  const data = new Int16Array(nVolumes * nVoxels)
  for (let i = 0; i < nVolumes; i++) data.set(voxelsOf(i), i * nVoxels)
  input = join(newFolder(), 'run.nii.gz')
  await writeNifti(input, { data, shape: [...shape, nVolumes], affine, trSeconds: 2 })
})

afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.close()))
})

/** Patient, so that a busy machine makes nothing late that is not meant to be. */
function watch(dir: string, patienceMs = 10_000): Listener {
  const listener = listen(
    watchFolder({ dir, quietMs: 40, zerosQuietMs: 150, pollMs: 20, patienceMs }),
  )
  listeners.push(listener)
  return listener
}

const scan = (to: ScannerTarget, faults: ScannerFaults = {}, from = input): Promise<number> =>
  playScan({ input: from, to, trSeconds: 0.08, faults })

const folder = (
  dir: string,
  format: 'nifti' | 'nifti-gz' | 'dicom' = 'nifti',
  inPlace = false,
): ScannerTarget => ({ kind: 'folder', dir, format, inPlace })

const contents = (volumes: readonly ArrivedVolume[]): readonly unknown[] =>
  volumes.map(({ index, data }) => [index, data])

const all = (indices: readonly number[]): readonly unknown[] =>
  indices.map((index) => [index, valuesOf(index)])

describe('a scan into a folder', () => {
  it.each([
    ['nifti', false],
    ['nifti-gz', false],
    ['nifti', true],
  ] as const)('as %s, in place: %s', async (format, inPlace) => {
    const dir = newFolder()
    const arrivals = watch(dir)
    expect(await scan(folder(dir, format, inPlace))).toBe(nVolumes)
    await arrivals.until(() => arrivals.volumes().length === nVolumes)
    expect(contents(arrivals.volumes())).toEqual(all([0, 1, 2, 3, 4, 5]))
    expect(arrivals.codes()).toEqual([])
    expect(arrivals.volumes()[0]?.grid).toEqual({ shape: [...shape], affine })
  })

  it('with volumes that are late in one way or another', async () => {
    const dir = newFolder()
    const arrivals = watch(dir, 400)
    await scan(folder(dir), {
      truncate: new Map([[1, 1200]]),
      preallocate: new Map([[3, 1200]]),
      drop: new Set([4]),
    })
    await arrivals.until(() => arrivals.volumes().length === 5)
    expect(contents(arrivals.volumes().toSorted((a, b) => a.index - b.index))).toEqual(
      all([0, 1, 2, 3, 5]),
    )
    expect(arrivals.codes()).toEqual(['RT_FILE_INCOMPLETE', 'RT_FILE_INCOMPLETE'])
  })

  it('with volumes that come twice, changed, out of order, or of another size', async () => {
    const dir = newFolder()
    const arrivals = watch(dir)
    await scan(folder(dir), {
      duplicate: new Set([0]),
      conflict: new Set([1]),
      reorder: new Set([2]),
      wrongMatrix: new Set([5]),
    })
    await arrivals.until(() => arrivals.volumes().length === 8)
    const volumes = arrivals.volumes()
    expect(volumes.map(({ index }) => index)).toEqual([0, 0, 1, 1, 3, 2, 4, 5])
    expect(volumes[1]?.sha256).toBe(volumes[0]?.sha256)
    expect(volumes[3]?.sha256).not.toBe(volumes[2]?.sha256)
    expect(volumes[7]?.grid.shape).toEqual([8, 7, 4])
    expect(arrivals.codes()).toEqual([])
  })

  it('can be ended early', async () => {
    const dir = newFolder()
    const stopping = new AbortController()
    const sent = await playScan({
      input,
      to: folder(dir),
      trSeconds: 0.05,
      signal: stopping.signal,
      onAction: ({ volume }) => (volume === 1 ? stopping.abort() : undefined),
    })
    expect(sent).toBe(2)
    expect(readdirSync(dir)).toHaveLength(2)
  })

  it('can be repeated, with indices that go on', async () => {
    const dir = newFolder()
    await playScan({ input, to: folder(dir), trSeconds: 0.001, repeat: 2 })
    expect(readdirSync(dir)).toHaveLength(2 * nVolumes)
    for await (const { data } of readVolumes(join(dir, 'vol_00007.nii')))
      expect(data).toEqual(valuesOf(1))
  })
})

describe('copies of originals', () => {
  const mosaics = 'projects/sample/dicomDir/20190219.0219191_faceMatching.0219191_faceMatching'
  const series = [
    ['Siemens mosaics of rt-cloud', `data/rtcloud-facematching-siemens-mosaic/${mosaics}`, 10],
    ['GE slices of Pyneal', 'data/pyneal-siemens-ge-philips/GE_env/funcData/s1925', 54],
    ['Siemens mosaics of Pyneal', 'data/pyneal-siemens-ge-philips/Siemens_env/funcData', 3],
    ['Philips PAR/REC of Pyneal', 'data/pyneal-siemens-ge-philips/Philips_env/funcData/0001', 8],
  ] as const

  it.each(series)('%s arrive as the offline reader reads them', async (_, path, nFiles) => {
    const dir = newFolder()
    const arrivals = watch(dir)
    const original = sharedPath(path)
    const run = await openRecordedRun(original)
    await scan(folder(dir, 'dicom'), {}, original)
    await arrivals.until(() => arrivals.volumes().length === run.nVolumes)
    expect(readdirSync(dir)).toHaveLength(nFiles)
    const volumes = arrivals.volumes().toSorted((a, b) => a.index - b.index)
    for await (const { index, data } of run.volumes()) {
      const arrived = Buffer.from(volumes[index]?.data.buffer ?? new ArrayBuffer(0))
      expect(arrived.equals(Buffer.from(data.buffer))).toBe(true)
    }
    expect(arrivals.codes()).toEqual([])
  })

  it('Philips slices of studyforrest come slice by slice, one of them late', async () => {
    const unpacked = newFolder()
    const archive = sharedPath('data/studyforrest-localizer-1block/dicoms-1block.tar.xz')
    execFileSync('tar', ['-xf', archive, '-C', unpacked])
    const original = join(unpacked, 'dicoms')
    const dir = newFolder()
    const arrivals = watch(dir, 400)
    await scan(folder(dir, 'dicom'), { truncate: new Map([[2, 1200]]) }, original)
    await arrivals.until(() => arrivals.volumes().length === 18)
    const volumes = arrivals.volumes().toSorted((a, b) => a.index - b.index)
    const run = await openRecordedRun(original)
    for await (const { index, data } of run.volumes()) {
      const arrived = Buffer.from(volumes[index]?.data.buffer ?? new ArrayBuffer(0))
      expect(arrived.equals(Buffer.from(data.buffer))).toBe(true)
    }
    expect(volumes.map(({ index }) => index)).toEqual(Array.from({ length: 18 }, (_, i) => i))
    expect(new Set(arrivals.codes())).toEqual(
      new Set(['RT_FILE_INCOMPLETE', 'RT_VOLUME_INCOMPLETE']),
    )
  })

  it('are refused where there are none', async () => {
    await expect(scan(folder(newFolder(), 'dicom'))).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    })
  })
})

describe('a scan over a socket', () => {
  it('reaches the tcp source, and half a volume is no volume', async () => {
    const source = await tcpSource({ port: 0 })
    const arrivals = listen(source)
    listeners.push(arrivals)
    await scan(
      { kind: 'tcp', host: '127.0.0.1', port: source.port },
      { truncate: new Map([[1, 20]]), duplicate: new Set([3]) },
    )
    await arrivals.until(() => arrivals.volumes().length === 7)
    expect(contents(arrivals.volumes())).toEqual(all([0, 1, 2, 3, 3, 4, 5]))
    expect(arrivals.codes()).toEqual(['RT_PEER_SLOW'])
    expect(arrivals.volumes()[0]?.trSeconds).toBe(0.08)
  })

  it('reaches the afni source', async () => {
    const source = await afniSource({ port: 0 })
    const arrivals = listen(source)
    listeners.push(arrivals)
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port: dataPort } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    await scan({ kind: 'afni', host: '127.0.0.1', port: source.port, dataPort })
    await arrivals.until(() => arrivals.events.at(-1)?.type === 'end')
    expect(contents(arrivals.volumes())).toEqual(all([0, 1, 2, 3, 4, 5]))
  })

  it('refuses faults that it cannot have', async () => {
    const source = await tcpSource({ port: 0 })
    listeners.push(listen(source))
    await expect(
      scan(
        { kind: 'tcp', host: '127.0.0.1', port: source.port },
        { preallocate: new Map([[0, 1]]) },
      ),
    ).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })
})
