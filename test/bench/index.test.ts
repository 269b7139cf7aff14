import { describe, expect, it } from 'vitest'
import { findWorkload, workloadNames } from '../../bench/index.ts'

describe('the workloads', () => {
  it('have the names under which they are compared with what a lab would use instead', () => {
    expect(workloadNames).toEqual([
      'nifti-load',
      'nifti-load-gz',
      'signal-clean',
      'realign',
      'preprocess-volume',
      'preprocess-run',
      'anova',
      'loso-ridge',
      'loso-logistic',
      'loso-permutations',
      'procrustes',
      'cnn1d-train-step',
      'cnn1d-infer',
      'resnet3d-train-step',
      'resnet3d-train-step-plain',
      'resnet3d-infer',
      'hyperalignment',
    ])
  })

  it.each(workloadNames)('%s is registered under its own name', async (name) => {
    expect((await findWorkload(name)).name).toBe(name)
  })

  it('names the workloads when there is no such one', async () => {
    await expect(findWorkload('anvoa')).rejects.toThrow(/nifti-load, .*hyperalignment/)
  })
})
