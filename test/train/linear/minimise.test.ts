import { describe, expect, it } from 'vitest'
import { minimise, type MinimiseProblem } from '../../../src/train/linear/minimise.ts'

/** sum of weights[i] * (cosh(x[i] - i) - 1): convex, far from quadratic away from its minimum at x[i] = i. */
function coshProblem(weights: readonly number[], tolerance = 1e-10): MinimiseProblem {
  let second = new Float64Array(weights.length)
  return {
    name: 'test',
    start: Float64Array.from(weights, () => -5),
    evaluate(x, gradient) {
      second = x.map((value, i) => weights[i]! * Math.cosh(value - i))
      x.forEach((value, i) => (gradient[i] = weights[i]! * Math.sinh(value - i)))
      return second.reduce((sum, value, i) => sum + value - weights[i]!, 0)
    },
    multiplyHessian(vector, product) {
      vector.forEach((value, i) => (product[i] = second[i]! * value))
    },
    tolerance,
    maxIterations: 100,
  }
}

describe('minimise', () => {
  it('finds the minimum of a function that is not quadratic', () => {
    const { x, gradientNorm } = minimise(coshProblem([1, 10, 0.1, 3]))
    x.forEach((value, i) => {
      expect(value).toBeCloseTo(i, 8)
    })
    expect(gradientNorm).toBeLessThanOrEqual(1e-10)
  })

  it('solves a quadratic function in a step or two', () => {
    const target = [3, -4]
    const { x, iterations } = minimise({
      name: 'test',
      start: new Float64Array(2),
      evaluate(point, gradient) {
        point.forEach((value, i) => (gradient[i] = (i + 1) * (value - target[i]!)))
        return point.reduce((sum, value, i) => sum + ((i + 1) / 2) * (value - target[i]!) ** 2, 0)
      },
      multiplyHessian: (vector, product) =>
        vector.forEach((value, i) => (product[i] = (i + 1) * value)),
      tolerance: 1e-9,
      maxIterations: 10,
    })
    expect(x[0]).toBeCloseTo(3, 9)
    expect(x[1]).toBeCloseTo(-4, 9)
    expect(iterations).toBeLessThanOrEqual(3)
  })

  it('stays where the gradient is already zero', () => {
    const problem = coshProblem([1])
    expect(minimise({ ...problem, start: Float64Array.of(0) }).iterations).toBe(0)
  })

  it('says so when it does not arrive', () => {
    expect(() => minimise({ ...coshProblem([1, 2]), maxIterations: 1 })).toThrowError(
      expect.objectContaining({ code: 'TRAIN_NOT_CONVERGED' }),
    )
  })

  it('does not pass a gradient that is no number', () => {
    expect(() => minimise({ ...coshProblem([NaN]) })).toThrowError(
      expect.objectContaining({ code: 'TRAIN_NOT_CONVERGED' }),
    )
  })
})
