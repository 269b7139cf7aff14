import { describe, expect, it } from 'vitest'
import { errorText, isLimbicError, LimbicError } from '../../../src/core/errors/limbic-error.ts'

const details = { file: 'sub-01_bold.nii.gz' }

describe('LimbicError', () => {
  it('carries code, details, cause and the message of the catalogue', () => {
    const cause = new Error('ENOENT')
    const error = new LimbicError('FILE_NOT_FOUND', details, { cause })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'LimbicError', code: 'FILE_NOT_FOUND', details, cause })
    expect(error.message).toMatchInlineSnapshot(
      `"sub-01_bold.nii.gz: The file does not exist. Try: Check the path; relative paths start at the current directory."`,
    )
  })
})

describe('errorText', () => {
  it('fills the template of a code', () => {
    expect(errorText('SELECT_K_TOO_LARGE', { k: 500, nVoxels: 100 })).toMatchObject({
      expected: 'k between 1 and 100, the number of voxels in the mask',
      found: 'k = 500',
    })
  })
})

describe('isLimbicError', () => {
  const error = new LimbicError('FILE_NOT_FOUND', details)

  it('tells ours from others, and one code from another', () => {
    expect(isLimbicError(error)).toBe(true)
    expect(isLimbicError(error, 'FILE_NOT_FOUND')).toBe(true)
    expect(isLimbicError(error, 'NIFTI_EMPTY')).toBe(false)
    expect(isLimbicError(new Error('FILE_NOT_FOUND'))).toBe(false)
  })

  it.each([undefined, null, 'LimbicError', 7, { name: 'LimbicError', code: 'FILE_NOT_FOUND' }])(
    'takes no %j for an error',
    (value) => {
      expect(isLimbicError(value)).toBe(false)
    },
  )

  it('knows an error of another copy of the class by its name', () => {
    const other = Object.assign(new Error('from elsewhere'), {
      name: 'LimbicError',
      code: 'FILE_NOT_FOUND',
    })
    expect(isLimbicError(other, 'FILE_NOT_FOUND')).toBe(true)
  })
})
