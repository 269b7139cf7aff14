/** A smooth convex function and its gradient -> its minimum, by limited-memory BFGS around a preconditioner. */
import { LimbicError } from '../../core/errors/index.ts'

/** What is minimised, and how far. */
export interface MinimiseProblem {
  /** Name of the classifier, for the message when it does not converge. */
  readonly name: string
  readonly start: Float64Array
  /** Writes the gradient at x and returns the value. */
  readonly evaluate: (x: Float64Array, gradient: Float64Array) => number
  /** An approximation of the inverse Hessian times a vector; symmetric positive definite, the same at every call. */
  readonly precondition: (vector: Float64Array) => Float64Array
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

interface Pair {
  readonly step: Float64Array
  readonly change: Float64Array
  readonly curvature: number
}

interface Point {
  readonly x: Float64Array
  readonly gradient: Float64Array
  readonly value: number
}

const memory = 12

/**
 * Minimises a smooth convex function.
 *
 * @param problem - The function, where to start, a preconditioner and when to stop.
 * @returns The minimum.
 * @throws {LimbicError} `TRAIN_NOT_CONVERGED` when the gradient stays above the tolerance, and above what rounding allows.
 * @remarks One evaluation per iteration as a rule. Step length by bisection to the weak Wolfe conditions (Lewis and Overton, 2013).
 * @see Nocedal and Wright (2006), Numerical Optimization, algorithm 7.4.
 */
export function minimise(problem: MinimiseProblem): Minimum {
  let point = evaluateAt(problem, problem.start)
  const pairs: Pair[] = []
  const firstNorm = largestMagnitude(point.gradient)
  let iterations = 0
  while (largestMagnitude(point.gradient) > problem.tolerance) {
    if (iterations >= problem.maxIterations) break
    const next = searchLine(problem, point, descentDirection(problem, point.gradient, pairs))
    if (next === undefined) break
    iterations++
    remember(pairs, point, next)
    point = next
  }
  const gradientNorm = largestMagnitude(point.gradient)
  // Where the value no longer changes in double precision, the gradient cannot be brought further down either.
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

/** The two-loop recursion. */
function descentDirection(
  problem: MinimiseProblem,
  gradient: Float64Array,
  pairs: readonly Pair[],
): Float64Array {
  const q = Float64Array.from(gradient)
  const alphas = new Float64Array(pairs.length)
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { step, change, curvature } = pairs[k]!
    alphas[k] = dot(step, q) / curvature
    addScaled(q, -alphas[k]!, change)
  }
  const direction = problem.precondition(q)
  for (let k = 0; k < pairs.length; k++) {
    const { step, change, curvature } = pairs[k]!
    addScaled(direction, alphas[k]! - dot(change, direction) / curvature, step)
  }
  for (let i = 0; i < direction.length; i++) direction[i]! *= -1
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
  // Differences of values below this are rounding.
  const slack = 1e-14 * Math.abs(from.value)
  let low = 0
  let high = Infinity
  let length = 1
  for (let trial = 0; trial < 40; trial++) {
    const x = Float64Array.from(from.x)
    addScaled(x, length, direction)
    const point = evaluateAt(problem, x)
    if (!(point.value <= from.value + 1e-4 * length * slope + slack)) high = length
    else if (dot(direction, point.gradient) < 0.9 * slope) low = length
    else return point
    length = high === Infinity ? 2 * low : (low + high) / 2
  }
  return undefined
}

function remember(pairs: Pair[], from: Point, to: Point): void {
  const step = to.x.map((value, i) => value - from.x[i]!)
  const change = to.gradient.map((value, i) => value - from.gradient[i]!)
  const curvature = dot(step, change)
  if (!(curvature > 0)) return
  pairs.push({ step, change, curvature })
  if (pairs.length > memory) pairs.shift()
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
