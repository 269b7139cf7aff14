import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emotionRun, filmRun, temporaryFolder, writeDataset } from '../../pipeline/_dataset.ts'
import { train } from '../../pipeline/bundle/_trained.ts'
import { limbic } from '../_main.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
const bundle = join(dir, 'bundle')
const bold = (subject: string): string => emotionRun(bids, subject, 'bold.nii.gz')

beforeAll(async () => {
  await writeDataset(bids)
  await train(bids, dir)
})
afterAll(remove)

describe('limbic predict', () => {
  it('prints a table: image, volume, class and one probability per class', async () => {
    const { code, stdout } = await limbic('predict', bundle, bold('01'))
    expect(code).toBe(0)
    const [header, ...rows] = stdout.trimEnd().split('\n')
    expect(header).toBe('image\tvolume\tclass\tnegative\tneutral\trest')
    expect(rows).toHaveLength(81)
    for (const [t, row] of rows.entries()) {
      const [image, volume, name, ...probabilities] = row.split('\t')
      expect([image, volume]).toEqual(['sub-01_task-emotion_run-1_bold.nii.gz', String(t)])
      const best = Math.max(...probabilities.map(Number))
      expect(Number(probabilities[['negative', 'neutral', 'rest'].indexOf(name!)])).toBe(best)
      for (const p of probabilities) expect(p).toMatch(/^[01]\.\d{4}$/)
    }
  })

  it('prints one JSON object a line for programs, image after image', async () => {
    const images = [bold('01'), filmRun(bids, '02', 'bold.nii.gz')]
    const { stdout } = await limbic('predict', bundle, ...images, '--json')
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { image: string; volume: number })
    expect(rows).toHaveLength(81 + 60)
    expect(rows[81]).toMatchObject({
      image: 'sub-02_task-calibration_run-1_bold.nii.gz',
      volume: 0,
    })
  })

  it('takes the subject from the file name, or as it is told', async () => {
    const unnamed = join(dir, 'scan.nii.gz')
    cpSync(bold('02'), unnamed)
    const refused = await limbic('predict', bundle, unnamed)
    expect(refused.code).toBe(2)
    expect(refused.stderr).toMatch(/^OPTION_INVALID: .*--subject/)
    const told = await limbic('predict', bundle, unnamed, '--subject', '02')
    const named = await limbic('predict', bundle, bold('02'))
    expect(told.stdout.replaceAll('scan.nii.gz', 'x')).toBe(
      named.stdout.replaceAll('sub-02_task-emotion_run-1_bold.nii.gz', 'x'),
    )
  })

  it('calibrates a subject that is new to the bundle, and leaves the bundle alone', async () => {
    const manifest = readFileSync(join(bundle, 'manifest.json'))
    expect((await limbic('predict', bundle, bold('03'))).stderr).toMatch(
      /^BUNDLE_SUBJECT_UNKNOWN: /,
    )
    const { code, stdout } = await limbic('predict', bundle, bold('03'), '--calibration', bids)
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n')).toHaveLength(1 + 81)
    expect(readFileSync(join(bundle, 'manifest.json'))).toEqual(manifest)
  })

  it('refuses what is no bundle', async () => {
    const { code, stderr } = await limbic('predict', bids, bold('01'))
    expect(code).toBe(1)
    expect(stderr).toMatch(/^BUNDLE_INVALID: /)
  })
})
