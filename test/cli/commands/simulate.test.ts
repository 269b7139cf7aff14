import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readNiftiHeader } from '../../../src/io/nifti/index.ts'
import { emotionRun, listFiles, temporaryFolder } from '../../pipeline/_dataset.ts'
import { limbic } from '../_main.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

describe('limbic simulate', () => {
  const out = join(dir, 'bids')
  const args = ['--subjects', '1', '--runs', '1', '--volumes', '60', '--shape', '10x9x8']

  it('writes the dataset that the options describe, and how well it can be decoded', async () => {
    const { code, stdout } = await limbic(
      'simulate',
      out,
      ...args,
      '--tr',
      '1.5',
      '--volumes',
      '60',
    )
    expect(code).toBe(0)
    expect(stdout).toMatch(/^1 subjects in .*; true-parameter classifier [01]\.\d{3}\n$/)
    const header = await readNiftiHeader(emotionRun(out, '01', 'bold.nii.gz'))
    expect(header.shape).toEqual([10, 9, 8, 60])
    expect(header.trSeconds).toBeCloseTo(1.5, 6)
    expect(listFiles(out)).toContain('dataset_description.json')
  })

  it('makes effects that transfer between subjects, or that only textures show, when asked to', async () => {
    const similar = join(dir, 'similar')
    await limbic(
      'simulate',
      similar,
      ...args,
      ...['--topography-correlation', '0.95', '--topography-sigma', '2', '--region-radius', '3.4'],
    )
    const texture = join(dir, 'texture')
    await limbic('simulate', texture, ...args, '--texture', '--texture-sd', '3')
    expect(await readFile(join(similar, 'README'), 'utf8')).toMatch(
      /topographyCorrelation: 0\.95\n\s+topographySigmaVoxels: 2\n\s+regionRadiusVoxels: 3\.4\n/,
    )
    expect(await readFile(join(texture, 'README'), 'utf8')).toMatch(
      /texture: true\n\s+textureSd: 3\n/,
    )
  })

  it('does not write over anything', async () => {
    const { code, stderr } = await limbic('simulate', out, ...args)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^SIMULATE_OUTPUT_TAKEN: /)
  })

  it.each([
    ['--shape', '10,10'],
    ['--shape', '10,10,'],
    ['--shape', 'a,b,c'],
    ['--subjects', '0'],
    ['--seed', ''],
    ['--tr', 'fast'],
    ['--effect', '-1'],
    ['--topography-correlation', 'x'],
    ['--region-radius', '0'],
  ])('refuses %s %s', async (option, value) => {
    const { code, stderr } = await limbic('simulate', join(dir, 'x'), option, value)
    expect(code).toBe(2)
    expect(stderr).toContain(option)
  })
})
