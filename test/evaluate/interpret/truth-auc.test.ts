import { expect, it } from 'vitest'
import { truthAuc } from '../../../src/evaluate/interpret/truth-auc.ts'

it('ranks by absolute value, over the brain only', () => {
  expect(truthAuc([-5, 1, 2, 9], [1, 0, 0, 0], [1, 1, 1, 0])).toBe(1)
  expect(truthAuc([0.5, 1, 2, 9], [1, 0, 0, 0], [1, 1, 1, 0])).toBe(0)
  expect(truthAuc([0, 0, 0], [1, 0, 0], [1, 1, 1])).toBe(0.5)
  expect(truthAuc([1, 2], [0, 0], [1, 1])).toBeNaN()
})
