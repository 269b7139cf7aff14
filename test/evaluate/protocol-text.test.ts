import { describe, expect, it } from 'vitest'
import { describeProtocol } from '../../src/evaluate/protocol-text.ts'
import { makePipeline } from './protocol/_study.ts'

describe('describeProtocol', () => {
  it('says what calibrates, how voxels are chosen and how subjects are aligned', () => {
    const text = describeProtocol(makePipeline(), []).join('\n')
    expect(text).toContain('its runs of task "calibration"')
    expect(text).toContain(
      '10 voxels with the largest mean one-way ANOVA F over the training subjects',
    )
    expect(text).toContain('reduced to 3 principal components')
    expect(text).toContain('1 training subject is held out of an inner fit')
  })

  it.each([
    ['data.calibration={ kind: rotate }', 'each run being scored in turn'],
    ['data.calibration={ kind: first, runs: 2 }', 'its first 2 run(s)'],
    [
      'data.preprocess=minimal',
      "realigned by itself to a volume of the subject's calibration runs",
    ],
    ['data.preprocess=fmriprep', 'Images were preprocessed before'],
    ['select.mode=per-subject', "Each subject's own 10 voxels"],
    ['select.mode=all', 'All voxels of the mask'],
    ['align.method=none', 'Subjects are not aligned'],
    ['align.method=srm', 'A probabilistic shared response model of 3 features'],
    ['align.method=det-srm', 'A deterministic shared response model of 3 features'],
    ['align.match=condition', '(class means per run)'],
    ['align.newSubject={ kind: procrustes }', 'mapped onto it by Procrustes'],
    [
      'align.newSubject={ kind: ridge, lambda: 0.2 }',
      'by ridge regression (penalty 0.2 of the mean squared length of a calibration row; training subjects by Procrustes)',
    ],
    ['clean.baseline=running', "the mean of the run's volumes so far"],
    ['clean.baseline=none', 'Volumes are not rescaled'],
    ['classify.innerSubjects=0', 'Probabilities are not calibrated'],
    ['evaluate.unit=block', 'Means over the volumes of a block'],
    ['evaluate.split=leave-one-run-out', 'Leave-one-run-out within each subject'],
    ['label.method={ kind: shift, lagSeconds: 6 }', 'was on 6 s before it'],
  ])('follows the setting %s', (setting, words) => {
    expect(describeProtocol(makePipeline([setting]), []).join('\n')).toContain(words)
  })

  it('speaks of preprocessing only where there is some', () => {
    expect(describeProtocol(makePipeline(), []).join('\n')).not.toMatch(/reprocess/)
  })
})
