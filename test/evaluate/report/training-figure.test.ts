import { expect, it } from 'vitest'
import { formatTrainingFigure } from '../../../src/evaluate/report/training-figure.ts'

const epochs = (values: readonly number[]) =>
  values.map((loss, epoch) => ({ epoch, loss, accuracy: 0.5 }))

it('draws a thin line per fold and a mean up to where half of the folds are', () => {
  const page = formatTrainingFigure(
    [
      { subject: '01', epochs: epochs([1, 0.5]) },
      { subject: '02', epochs: epochs([1, 0.5, 0.4, 0.3]) },
      { subject: '03', epochs: epochs([1]) },
    ],
    'strict',
  ).html
  const loss = page.slice(0, page.indexOf('accuracy by epoch'))
  const thin = /stroke-opacity="0.35"[\s\S]*?<\/g>/.exec(loss)![0]
  const thick = /stroke-width="3"[\s\S]*?<\/g>/.exec(loss)![0]
  expect(thin.match(/<path/g)).toHaveLength(3)
  expect(/ d="([^"]*)"/.exec(thick)![1]!.match(/[ML]/g)).toHaveLength(2) // the first two epochs; one of three folds reached more
  expect(page).not.toContain('inner validation')
})

it('says whose data the validation data are', () => {
  const curves = [
    {
      subject: '01',
      epochs: epochs([1, 0.5]).map((epoch) => ({
        ...epoch,
        ...{ validationLoss: 0.7, validationAccuracy: 0.4 },
      })),
    },
  ]
  const page = (protocol: 'strict' | 'paper'): string => formatTrainingFigure(curves, protocol).html
  expect(page('strict')).toContain('never on the subject that is scored')
  expect(page('paper')).not.toContain('never on the subject that is scored')
  expect(page('paper')).toContain('Where they are scored as well')
})
