import { expect, it } from 'vitest'
import { countCurves } from '../../../src/evaluate/metrics/index.ts'
import { formatCurveFigure } from '../../../src/evaluate/report/curve-figures.ts'

const labels = [0, 0, 1, 1]
const data = Float64Array.from([0.9, 0.1, 0.7, 0.3, 0.6, 0.4, 0.2, 0.8])
const curves = countCurves(labels, { data, nRows: 4, nCols: 2 })

it('draws one curve per class and one dot per bin that is not empty', () => {
  const text = formatCurveFigure({ classes: ['a', 'b'] }, curves).html
  expect(text).toContain('a: AUC 1.000')
  expect(text).toContain('b: AUC 1.000')
  expect(text.match(/<circle/g)).toHaveLength(4)
  expect(text).toContain('calibration error over all subjects together is .300')
})

it('leaves out a class that never occurs', () => {
  const one = countCurves([0, 0, 0, 0], { data, nRows: 4, nCols: 2 })
  expect(formatCurveFigure({ classes: ['a', 'b'] }, one).html).not.toContain('AUC')
})
