import { describe, expect, it } from 'vitest'
import { nameSeries } from '../../../src/io/dicom/bids-names.ts'
import type { DicomHeader, DicomSeriesInfo } from '../../../src/io/dicom/types.ts'

let nSeries = 0

function series(
  changes: Partial<DicomSeriesInfo> = {},
  header: Partial<DicomHeader> = {},
): DicomSeriesInfo {
  nSeries++
  return {
    header: {
      seriesKey: `${nSeries}`,
      imageType: [],
      seriesDescription: 'ep2d_bold',
      ...header,
    } as unknown as DicomHeader,
    kind: 'magnitude',
    geometry: { shape: [4, 4, 4], affine: [], voxelSizeMm: [1, 1, 1] },
    nVolumes: 9,
    sliceSpacingMm: 1,
    findings: [],
    ...changes,
  }
}

const stems = (all: DicomSeriesInfo[], options: object = {}): string[] =>
  nameSeries(all, { subject: '01', ...options }).named.map(({ stem }) => stem)

describe('nameSeries', () => {
  it('names a single run without a number, several of one task with one', () => {
    expect(stems([series()])).toEqual(['sub-01/func/sub-01_task-ep2dbold_bold'])
    expect(stems([series(), series(), series({}, { seriesDescription: 'rest' })])).toEqual([
      'sub-01/func/sub-01_task-ep2dbold_run-1_bold',
      'sub-01/func/sub-01_task-ep2dbold_run-2_bold',
      'sub-01/func/sub-01_task-rest_bold',
    ])
  })

  it('cleans labels, and takes the task out of the name of the series', () => {
    expect(
      stems([series()], {
        subject: 'sub-A_7/../x',
        session: 'ses-2',
        task: 'task-my faces',
        run: 3,
      }),
    ).toEqual(['sub-A7x/ses-2/func/sub-A7x_ses-2_task-myfaces_run-3_bold'])
    const named = series({}, { seriesDescription: 'func_ses-01_task-faces_run-01' })
    expect(stems([named])).toEqual(['sub-01/func/sub-01_task-faces_bold'])
    expect(stems([series({}, { seriesDescription: '***' })])).toEqual([
      'sub-01/func/sub-01_task-unknown_bold',
    ])
  })

  it('numbers the echoes of one run by their times', () => {
    const echoes = [0.03, 0.012].map((echoTimeSeconds) =>
      series({ echoTimeSeconds }, { seriesKey: 'me' }),
    )
    const { named } = nameSeries(echoes, { subject: '01' })
    expect(named.map(({ stem, series: { echoTimeSeconds } }) => [stem, echoTimeSeconds])).toEqual([
      ['sub-01/func/sub-01_task-ep2dbold_echo-1_bold', 0.012],
      ['sub-01/func/sub-01_task-ep2dbold_echo-2_bold', 0.03],
    ])
  })

  it('says why each other series is left out', () => {
    const others = [
      series({ kind: 'phase' }),
      series({ nVolumes: 1 }),
      series({}, { isDiffusion: true }),
      series({}, { isDerived: true }),
      series({}, { imageType: ['ORIGINAL', 'PRIMARY', 'M', 'MOCO'] }),
      series({ findings: [{ code: 'DICOM_MOSAIC_UNSPLIT', severity: 'error', message: '' }] }),
    ]
    const { named, findings } = nameSeries(others, { subject: '01' })
    expect(named).toEqual([])
    const reasons = [
      'phase images',
      'a single volume',
      'diffusion',
      'derived',
      'motion-corrected',
      'not split',
    ]
    expect(findings).toHaveLength(reasons.length)
    reasons.forEach((reason, i) => expect(findings[i]!.message).toContain(reason))
  })
})
