import { describe, expect, it } from 'vitest'
import { minimise, type MinimiseProblem } from '../../../src/train/linear/minimise.ts'

/** sum of weights[i] * (cosh(x[i] - i) - 1): convex, far from quadratic away from its minimum at x[i] = i. */
function coshProblem(weights: readonly number[]): MinimiseProblem {
  return {
    name: 'test',
    start: Float64Array.from(weights, () => -5),
    evaluate(x, gradient) {
      x.forEach((value, i) => (gradient[i] = weights[i]! * Math.sinh(value - i)))
      return x.reduce((sum, value, i) => sum + weights[i]! * (Math.cosh(value - i) - 1), 0)
    },
    tolerance: 1e-6,
    valueTolerance: 0,
    maxIterations: 100,
  }
}

describe('minimise', () => {
  it('finds the minimum of a function that is not quadratic', () => {
    const { x, gradientNorm } = minimise(coshProblem([1, 10, 0.1, 3]))
    x.forEach((value, i) => {
      expect(value).toBeCloseTo(i, 5)
    })
    expect(gradientNorm).toBeLessThanOrEqual(1e-6)
  })

  it('solves a quadratic function in a few steps', () => {
    const target = [3, -4]
    const { x, iterations } = minimise({
      ...coshProblem([1, 1]),
      evaluate(point, gradient) {
        point.forEach((value, i) => (gradient[i] = (i + 1) * (value - target[i]!)))
        return point.reduce((sum, value, i) => sum + ((i + 1) / 2) * (value - target[i]!) ** 2, 0)
      },
    })
    expect(x[0]).toBeCloseTo(3, 5)
    expect(x[1]).toBeCloseTo(-4, 5)
    expect(iterations).toBeLessThanOrEqual(12)
  })

  it('may stop earlier, where the value hardly falls any more', () => {
    const exact = minimise(coshProblem([1, 10, 0.1, 3]))
    const early = minimise({ ...coshProblem([1, 10, 0.1, 3]), valueTolerance: 1e-2 })
    expect(early.iterations).toBeLessThan(exact.iterations)
    expect(early.value).toBeLessThan(0.1)
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
