/** A smooth convex function and its gradient -> its minimum, by limited-memory BFGS. */
import { LimbicError } from '../../core/errors/index.ts'
import { searchLine } from './line-search.ts'

/** What is minimised, and how far. */
export interface MinimiseProblem {
  /** Name of the classifier, for the message when it does not converge. */
  readonly name: string
  readonly start: Float64Array
  /** Writes the gradient at x and returns the value. */
  readonly evaluate: (x: Float64Array, gradient: Float64Array) => number
  /** Largest absolute gradient entry at which the search ends. */
  readonly tolerance: number
  /** The search also ends when a step lowers the value by no more than this share of it. 0: as far as double precision goes. */
  readonly valueTolerance: number
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

/** Steps that are remembered. */
const memory = 10

/**
 * Minimises a smooth convex function.
 *
 * @param problem - The function, where to start and when to stop.
 * @returns The minimum.
 * @throws {LimbicError} `TRAIN_NOT_CONVERGED` when the iterations run out, or the value cannot be lowered though the gradient is not small.
 * @remarks About one evaluation per iteration. Takes the steps that SciPy's L-BFGS-B takes without bounds, and stops where it stops.
 * @see Liu and Nocedal (1989), On the limited memory BFGS method for large scale optimization, Math. Program. 45.
 */
export function minimise(problem: MinimiseProblem): Minimum {
  let point = evaluateAt(problem, problem.start)
  const firstNorm = largestMagnitude(point.gradient)
  const pairs: Pair[] = []
  let iterations = 0
  let isDone = !(firstNorm > problem.tolerance)
  while (!isDone && iterations < problem.maxIterations) {
    const next = takeStep(problem, point, pairs)
    if (next === undefined && pairs.length > 0) {
      // What is remembered may mislead; start again from steepest descent, and give up only if that fails too.
      pairs.length = 0
      continue
    }
    if (next === undefined) break
    iterations++
    const scale = Math.max(Math.abs(point.value), Math.abs(next.value), 1)
    isDone =
      largestMagnitude(next.gradient) <= problem.tolerance ||
      point.value - next.value <= problem.valueTolerance * scale
    remember(pairs, point, next)
    point = next
  }
  const gradientNorm = largestMagnitude(point.gradient)
  // Where rounding keeps the value from falling, the gradient is as small as it can be seen to be.
  if (!(isDone || gradientNorm <= 1e-6 * firstNorm) || !Number.isFinite(gradientNorm)) {
    throw new LimbicError('TRAIN_NOT_CONVERGED', {
      classifier: problem.name,
      iterations,
      gradient: gradientNorm,
      tolerance: problem.tolerance,
    })
  }
  return { x: point.x, value: point.value, gradientNorm, iterations }
}

/** Undefined when no step lowers the value. */
function takeStep(
  problem: MinimiseProblem,
  from: Point,
  pairs: readonly Pair[],
): Point | undefined {
  const direction = descentDirection(from.gradient, pairs)
  const slope = dot(direction, from.gradient)
  if (!(slope < 0)) return undefined
  const firstStep = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(direction, direction))) : 1
  let reached = from
  const found = searchLine(
    { step: 0, value: from.value, slope },
    firstStep,
    (step) => {
      const x = Float64Array.from(from.x)
      addScaled(x, step, direction)
      reached = evaluateAt(problem, x)
      return { step, value: reached.value, slope: dot(direction, reached.gradient) }
    },
    20,
  )
  return found === undefined ? undefined : reached
}

/** The two-loop recursion, scaled by the newest pair. */
function descentDirection(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((value) => -value)
  const newest = pairs.at(-1)
  if (newest === undefined) return direction
  const alphas = new Float64Array(pairs.length)
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { step, change, curvature } = pairs[k]!
    alphas[k] = dot(step, direction) / curvature
    addScaled(direction, -alphas[k]!, change)
  }
  const scale = newest.curvature / dot(newest.change, newest.change)
  for (let i = 0; i < direction.length; i++) direction[i]! *= scale
  for (let k = 0; k < pairs.length; k++) {
    const { step, change, curvature } = pairs[k]!
    addScaled(direction, alphas[k]! - dot(change, direction) / curvature, step)
  }
  return direction
}

function remember(pairs: Pair[], from: Point, to: Point): void {
  const step = to.x.map((value, i) => value - from.x[i]!)
  const change = to.gradient.map((value, i) => value - from.gradient[i]!)
  const curvature = dot(step, change)
  if (!(curvature > Number.EPSILON * -dot(step, from.gradient))) return
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

/** NaN if any entry is. */
function largestMagnitude(values: Float64Array): number {
  let largest = 0
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i]!)
    if (!(magnitude <= largest)) largest = magnitude
  }
  return largest
}
