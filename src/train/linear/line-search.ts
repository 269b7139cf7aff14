/** A value and slope along a descent direction -> a step at which the value has fallen enough and the slope has flattened enough. */

/** Value and slope at one step length. */
export interface LinePoint {
  readonly step: number
  readonly value: number
  readonly slope: number
}

/** The value must fall by this share of what the first slope promises. */
const sufficientDecrease = 1e-3
/** The slope must shrink to this share of the first slope. */
const flatEnough = 0.9
/** The search ends when the bracket is this narrow, relative to its upper end. */
const narrowEnough = 0.1
const longest = 1e10

/**
 * Searches a step by Moré and Thuente's method: cubic and quadratic interpolation inside a bracket that shrinks for certain.
 *
 * @param start - Value and slope at step 0; the slope must be negative.
 * @param firstStep - The step that is tried first.
 * @param evaluate - Value and slope at a step.
 * @param maxTrials - Most evaluations.
 * @returns The point at which both conditions hold; the best one when the bracket has become too narrow to go on;
 *   undefined when the value could not be lowered.
 * @throws Never.
 * @remarks One or two evaluations as a rule.
 * @see Moré and Thuente (1994), Line search algorithms with guaranteed sufficient decrease, ACM TOMS 20.
 */
export function searchLine(
  start: LinePoint,
  firstStep: number,
  evaluate: (step: number) => LinePoint,
  maxTrials: number,
): LinePoint | undefined {
  const promised = sufficientDecrease * start.slope
  let bracket: Bracket = { best: start, other: start, isClosed: false }
  let isFirstStage = true
  let width = longest
  let widthBefore = 2 * width
  let [low, high] = [0, 5 * firstStep]
  let step = firstStep
  for (let trial = 0; trial < maxTrials; trial++) {
    const point = evaluate(step)
    if (!Number.isFinite(point.value)) return undefined
    const allowed = start.value + step * promised
    if (isFirstStage && point.value <= allowed && point.slope >= 0) isFirstStage = false
    const hasFallen = point.value <= allowed
    if (hasFallen && Math.abs(point.slope) <= -flatEnough * start.slope) return point
    const isExhausted =
      bracket.isClosed && (step <= low || step >= high || high - low <= narrowEnough * high)
    if (isExhausted) return hasFallen && point.value < start.value ? point : undefined
    // Until a step with enough decrease is found, the promised decrease is taken off, so that the search heads for it.
    const tilt = isFirstStage && point.value <= bracket.best.value && !hasFallen ? promised : 0
    const next = interpolate(tilted(bracket, tilt), tiltedPoint(point, tilt), low, high)
    bracket = tilted(next.bracket, -tilt)
    step = next.step
    if (bracket.isClosed) {
      const [a, b] = [bracket.best.step, bracket.other.step]
      if (Math.abs(b - a) >= 0.66 * widthBefore) step = a + 0.5 * (b - a)
      widthBefore = width
      width = Math.abs(b - a)
      low = Math.min(a, b)
      high = Math.max(a, b)
      if (step <= low || step >= high || high - low <= narrowEnough * high) step = bracket.best.step
    } else {
      low = step + 1.1 * (step - bracket.best.step)
      high = step + 4 * (step - bracket.best.step)
      step = Math.min(step, longest)
    }
  }
  return undefined
}

interface Bracket {
  /** Lowest value so far. */
  readonly best: LinePoint
  readonly other: LinePoint
  /** Whether a minimum is known to lie between the two. */
  readonly isClosed: boolean
}

const tiltedPoint = ({ step, value, slope }: LinePoint, tilt: number): LinePoint => ({
  step,
  value: value - step * tilt,
  slope: slope - tilt,
})

const tilted = (bracket: Bracket, tilt: number): Bracket => ({
  ...bracket,
  best: tiltedPoint(bracket.best, tilt),
  other: tiltedPoint(bracket.other, tilt),
})

/** The next bracket and the next step (section 4 of the paper, its four cases). */
function interpolate(
  bracket: Bracket,
  point: LinePoint,
  low: number,
  high: number,
): { bracket: Bracket; step: number } {
  const { best, other, isClosed } = bracket
  const between = point.step - best.step
  if (point.value > best.value) {
    const cubic = cubicStep(best, point)
    const quadratic =
      best.step + (best.slope / ((best.value - point.value) / between + best.slope) / 2) * between
    const isCubicNearer = Math.abs(cubic - best.step) < Math.abs(quadratic - best.step)
    const step = isCubicNearer ? cubic : cubic + (quadratic - cubic) / 2
    return { step, bracket: { best, other: point, isClosed: true } }
  }
  const secant = point.step + (point.slope / (point.slope - best.slope)) * (best.step - point.step)
  if (point.slope * Math.sign(best.slope) < 0) {
    const cubic = cubicStep(point, best)
    const isCubicFarther = Math.abs(cubic - point.step) > Math.abs(secant - point.step)
    return {
      step: isCubicFarther ? cubic : secant,
      bracket: { best: point, other: best, isClosed: true },
    }
  }
  const moved: Bracket = { best: point, other, isClosed }
  if (Math.abs(point.slope) < Math.abs(best.slope)) {
    const cubic = flatteningCubicStep(best, point, low, high)
    const isCubicNearer = Math.abs(cubic - point.step) < Math.abs(secant - point.step)
    if (!isClosed) {
      const step = isCubicNearer ? secant : cubic
      return { step: Math.max(low, Math.min(high, step)), bracket: moved }
    }
    const limit = point.step + 0.66 * (other.step - point.step)
    const step = isCubicNearer ? cubic : secant
    return { step: between > 0 ? Math.min(limit, step) : Math.max(limit, step), bracket: moved }
  }
  if (isClosed) return { step: cubicStep(point, other), bracket: moved }
  return { step: between > 0 ? high : low, bracket: moved }
}

/** Minimum, seen from a, of the cubic through the values and slopes at a and b. */
function cubicStep(a: LinePoint, b: LinePoint): number {
  const theta = (3 * (a.value - b.value)) / (b.step - a.step) + a.slope + b.slope
  const scale = Math.max(Math.abs(theta), Math.abs(a.slope), Math.abs(b.slope))
  const root =
    scale * Math.sqrt(Math.max(0, (theta / scale) ** 2 - (a.slope / scale) * (b.slope / scale)))
  const gamma = b.step < a.step ? -root : root
  const ratio = (gamma - a.slope + theta) / (gamma - a.slope + gamma + b.slope)
  return a.step + ratio * (b.step - a.step)
}

/** As `cubicStep`, seen from the new point, where the cubic may have no minimum beyond it: then as far as the search may go. */
function flatteningCubicStep(best: LinePoint, point: LinePoint, low: number, high: number): number {
  const theta =
    (3 * (best.value - point.value)) / (point.step - best.step) + best.slope + point.slope
  const scale = Math.max(Math.abs(theta), Math.abs(best.slope), Math.abs(point.slope))
  const root =
    scale *
    Math.sqrt(Math.max(0, (theta / scale) ** 2 - (best.slope / scale) * (point.slope / scale)))
  const gamma = point.step > best.step ? -root : root
  const ratio = (gamma - point.slope + theta) / (gamma + (best.slope - point.slope) + gamma)
  if (ratio < 0 && gamma !== 0) return point.step + ratio * (best.step - point.step)
  return point.step > best.step ? high : low
}
