/** A smooth convex function with its gradient and Hessian products -> its minimum, by truncated Newton steps. */
import { LimbicError } from '../../core/errors/index.ts'

/** What is minimised, and how far. */
export interface MinimiseProblem {
  /** Name of the classifier, for the message when it does not converge. */
  readonly name: string
  readonly start: Float64Array
  /** Writes the gradient at x and returns the value. */
  readonly evaluate: (x: Float64Array, gradient: Float64Array) => number
  /** Writes the Hessian, at the point that was evaluated last, times a vector. */
  readonly multiplyHessian: (vector: Float64Array, product: Float64Array) => void
  /** Largest absolute gradient entry at which the search ends. */
  readonly tolerance: number
  readonly maxIterations: number
}

/** The point that was found. */
export interface Minimum {
  readonly x: Float64Array
  readonly value: number
  readonly gradientNorm: number
  readonly iterations: number
}

interface Point {
  readonly x: Float64Array
  readonly gradient: Float64Array
  readonly value: number
}

/**
 * Minimises a smooth convex function.
 *
 * @param problem - The function, where to start and when to stop.
 * @returns The minimum.
 * @throws {LimbicError} `TRAIN_NOT_CONVERGED` when the gradient stays above the tolerance, and above what rounding allows.
 * @remarks Newton steps by conjugate gradients, solved the more exactly the nearer the minimum is, so that convergence is
 *   superlinear; the step is halved until the value falls. About 10 steps of 5-30 Hessian products each.
 * @see Nocedal and Wright (2006), Numerical Optimization, algorithm 7.1.
 */
export function minimise(problem: MinimiseProblem): Minimum {
  let point = evaluateAt(problem, problem.start)
  const firstNorm = largestMagnitude(point.gradient)
  let iterations = 0
  while (largestMagnitude(point.gradient) > problem.tolerance) {
    if (iterations >= problem.maxIterations) break
    const next = searchLine(problem, point, newtonDirection(problem, point.gradient))
    if (next === undefined) break
    iterations++
    point = next
  }
  const gradientNorm = largestMagnitude(point.gradient)
  // Rounding keeps the gradient of large sums from falling further than this.
  if (!(gradientNorm <= Math.max(problem.tolerance, 1e-7 * firstNorm))) {
    throw new LimbicError('TRAIN_NOT_CONVERGED', {
      classifier: problem.name,
      iterations,
      gradient: gradientNorm,
      tolerance: problem.tolerance,
    })
  }
  return { x: point.x, value: point.value, gradientNorm, iterations }
}

/** Conjugate gradients on H d = -g, until the residual is a small part of g. */
function newtonDirection(problem: MinimiseProblem, gradient: Float64Array): Float64Array {
  const direction = new Float64Array(gradient.length)
  const residual = gradient.map((value) => -value)
  const search = Float64Array.from(residual)
  const product = new Float64Array(gradient.length)
  const gradientNorm = Math.sqrt(dot(gradient, gradient))
  const enough = Math.min(0.1, Math.sqrt(gradientNorm)) * gradientNorm
  let squared = dot(residual, residual)
  for (let step = 0; step < 500 && Math.sqrt(squared) > enough; step++) {
    problem.multiplyHessian(search, product)
    const curvature = dot(search, product)
    if (!(curvature > 0)) break
    const length = squared / curvature
    addScaled(direction, length, search)
    addScaled(residual, -length, product)
    const before = squared
    squared = dot(residual, residual)
    for (let i = 0; i < search.length; i++)
      search[i] = residual[i]! + (squared / before) * search[i]!
  }
  return direction
}

/** Undefined when no step lowers the value any more. */
function searchLine(
  problem: MinimiseProblem,
  from: Point,
  direction: Float64Array,
): Point | undefined {
  const slope = dot(direction, from.gradient)
  if (!(slope < 0)) return undefined
  for (let length = 1; length > 1e-10; length /= 2) {
    const x = Float64Array.from(from.x)
    addScaled(x, length, direction)
    const point = evaluateAt(problem, x)
    // Near the minimum values differ by rounding only, but slopes still tell: where the function no longer falls nor yet rises, it is lower.
    const isFlat = dot(direction, point.gradient) <= -0.1 * slope
    if (isFlat || point.value <= from.value + 1e-4 * length * slope) return point
  }
  return undefined
}

function evaluateAt(problem: MinimiseProblem, x: Float64Array): Point {
  const gradient = new Float64Array(x.length)
  return { x, gradient, value: problem.evaluate(x, gradient) }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * source[i]!
}

function largestMagnitude(values: Float64Array): number {
  let largest = 0
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i]!)
    if (!(magnitude <= largest)) largest = magnitude
  }
  return largest
}
