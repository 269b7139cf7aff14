import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readNiftiHeader } from '../../../src/io/nifti/index.ts'
import { sharedPath } from '../../_shared.ts'
import { limbic } from '../_main.ts'
import { dicomBytes, explicitLittle, mosaicElements } from '../../io/dicom/_dicom-bytes.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'limbic-convert-cli-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

async function writeMosaics(folder: string, syntax = explicitLittle): Promise<void> {
  await mkdir(folder)
  for (const n of [1, 2]) {
    const elements = mosaicElements({ '00080018': ['UI', `1.${n}`], '00200013': ['IS', `${n}`] })
    await writeFile(join(folder, `${n}.dcm`), dicomBytes(elements, syntax))
  }
}

describe('limbic convert', () => {
  it('writes a run and says what it wrote', async () => {
    await writeMosaics(join(dir, 'in'))
    const out = join(dir, 'out')
    const { code, stdout } = await limbic(
      'convert',
      join(dir, 'in'),
      out,
      '--subject',
      '03',
      '--task',
      'faces',
    )
    expect(stdout).toBe(
      `sub-03/func/sub-03_task-faces_bold.nii.gz  2 x 2 x 3 x 2, TR 2 s  from series 7\n1 run written to ${out}\n`,
    )
    expect(code).toBe(0)
    expect(await readFile(join(out, 'dataset_description.json'), 'utf8')).toContain('BIDSVersion')
  })

  it('ends with 1 and names the reason when nothing can be read', async () => {
    await writeMosaics(join(dir, 'jpeg'), '1.2.840.10008.1.2.4.70')
    const { code, stdout } = await limbic('convert', join(dir, 'jpeg'), join(dir, 'no'), '--json')
    expect(code).toBe(1)
    const { written, findings } = JSON.parse(stdout) as {
      written: []
      findings: { code: string; message: string }[]
    }
    expect(written).toEqual([])
    expect(findings[0]!.code).toBe('DICOM_UNSUPPORTED')
    expect(findings[0]!.message).toContain('JPEG Lossless')
    expect(existsSync(join(dir, 'no'))).toBe(false)
  })

  it('refuses labels without letters or digits', async () => {
    const { code, stderr } = await limbic(
      'convert',
      join(dir, 'in'),
      join(dir, 'no'),
      '--subject',
      '--..',
    )
    expect(code).toBe(2)
    expect(stderr).toContain('--subject')
  })

  const forest = sharedPath('data', 'dcm_qa_stc')
  it.skipIf(!existsSync(forest))(
    'converts three scanners at once (set LIMBIC_SHARED)',
    async () => {
      const out = join(dir, 'stc')
      const { code, stdout } = await limbic('convert', join(forest, 'In'), out)
      expect(code).toBe(0)
      expect(stdout.trim().split('\n').at(-1)).toBe(`4 runs written to ${out}`)
      const header = await readNiftiHeader(
        join(out, 'sub-01/func/sub-01_task-epiascending_bold.nii.gz'),
      )
      expect(header.shape).toEqual([64, 64, 8, 16])
    },
  )
})
