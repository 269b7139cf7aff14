import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBidsName, runIdOf } from '../../../src/io/bids/index.ts'

describe('parseBidsName', () => {
  it('reads entities, suffix and extension', () => {
    expect(
      parseBidsName('/x/sub-01_ses-a_task-n+back_run-02_space-T1w_desc-preproc_bold.nii.gz'),
    ).toEqual({
      entities: { sub: '01', ses: 'a', task: 'n+back', run: '02', space: 'T1w', desc: 'preproc' },
      suffix: 'bold',
      extension: '.nii.gz',
    })
    expect(parseBidsName('bold.json')).toEqual({ entities: {}, suffix: 'bold', extension: '.json' })
  })

  it.each([
    'README',
    '.bidsignore',
    'sub-01.html',
    'sub-01_bad_bold.nii',
    'sub-1_sub-2_bold.nii',
    'sub-_bold.nii',
  ])('refuses %s', (name) => {
    expect(parseBidsName(name)).toBeUndefined()
  })

  it('reads back every name that is put together from parts', () => {
    const label = fc.stringMatching(/^[a-zA-Z0-9+]{1,6}$/)
    const keys = fc.uniqueArray(fc.constantFrom('sub', 'ses', 'task', 'acq', 'run', 'echo'))
    fc.assert(
      fc.property(keys, fc.array(label, { minLength: 6, maxLength: 6 }), (names, values) => {
        const entities = Object.fromEntries(names.map((key, i) => [key, values[i]!]))
        const parts = Object.entries(entities).map(([key, value]) => `${key}-${value}`)
        expect(parseBidsName([...parts, 'bold.nii'].join('_'))).toEqual({
          entities,
          suffix: 'bold',
          extension: '.nii',
        })
      }),
    )
  })
})

describe('runIdOf', () => {
  it('takes run 1 where the name has none', () => {
    expect(runIdOf(parseBidsName('sub-01_task-rest_bold.nii')!)).toEqual({
      subject: '01',
      task: 'rest',
      run: '1',
    })
    expect(runIdOf(parseBidsName('sub-01_ses-2_task-rest_run-03_bold.nii')!)).toEqual({
      subject: '01',
      session: '2',
      task: 'rest',
      run: '03',
    })
  })

  it('needs a subject and a task', () => {
    expect(runIdOf(parseBidsName('sub-01_bold.nii')!)).toBeUndefined()
    expect(runIdOf(parseBidsName('task-rest_bold.nii')!)).toBeUndefined()
  })
})
