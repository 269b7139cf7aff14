/** Feedback by volume -> the four plots of the operator's page: probabilities, motion, framewise displacement, latency. */

/** @import { Feedback } from '../../core/schemas/feedback.ts' */
/** @import { LivePlot } from './live-plot.js' */
import { createLivePlot } from './live-plot.js'

const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [1, 2]]
const motionNames = ['x mm', 'y mm', 'z mm', 'pitch °', 'roll °', 'yaw °']

/**
 * @typedef {object} OperatorPlots
 * @property {(rows: Feedback[]) => void} draw - Draws all volumes.
 * @property {() => void} restyle - Takes the colours of the page again.
 */

/**
 * Makes the plots.
 *
 * @param {string[]} classes - Names of the classes.
 * @param {() => number | null} deadlineMs - Age at which feedback counts as late.
 * @returns {OperatorPlots} The plots.
 */
export function createOperatorPlots(classes, deadlineMs) {
  const probabilities = createLivePlot(element('plot-probabilities'), {
    label: 'Probability of each class, by volume',
    series: classes.map((label, i) => ({ label, ...look(i), points: true })),
    range: [0, 1],
    limits: () => [{ value: 1 / classes.length, color: '--text-soft' }],
  })
  const motion = createLivePlot(element('plot-motion'), {
    label: 'Three translations in millimetres and three rotations in degrees, by volume',
    series: motionNames.map((label, i) => ({ label, ...look(i) })),
    range: [null, null],
  })
  const displacement = createLivePlot(element('plot-displacement'), {
    label: 'Framewise displacement in millimetres by volume, with lines at 0.2 and 0.5',
    series: [{ label: 'FD mm', ...look(0), points: true }],
    range: [0, null],
    limits: () => [
      { value: 0.2, color: '--warning' },
      { value: 0.5, color: '--alarm' },
    ],
  })
  const latency = createLivePlot(element('plot-latency'), {
    label: 'Milliseconds from complete volume to feedback, by volume, with the budget as a line',
    series: [{ label: 'ms', ...look(0), points: true }],
    range: [0, null],
    limits: () => {
      const budget = deadlineMs()
      return budget === null ? [] : [{ value: budget, color: '--alarm' }]
    },
  })
  /** @type {LivePlot[]} */
  const all = [probabilities, motion, displacement, latency]
  return {
    draw: (rows) => {
      // The order of sending is the order of volumes; a volume that is told twice (after a restart) is drawn where it was told first.
      const ordered = rows.filter((row, i) => i === 0 || row.volume > (rows[i - 1]?.volume ?? -1))
      const volumes = ordered.map(({ volume }) => volume)
      const column = (/** @type {(row: Feedback) => number | null | undefined} */ of) =>
        ordered.map((row) => of(row) ?? null)
      probabilities.draw([
        volumes,
        ...classes.map((name) => column(({ smoothed }) => smoothed?.[name])),
      ])
      motion.draw([
        volumes,
        ...[0, 1, 2].map((i) => column((row) => row.motion?.translationMm[i])),
        ...[0, 1, 2].map((i) => column((row) => row.motion?.rotationDeg[i])),
      ])
      displacement.draw([volumes, column((row) => row.motion?.framewiseDisplacementMm)])
      latency.draw([volumes, column(({ ageMs }) => ageMs)])
    },
    restyle: () => all.forEach((plot) => plot.restyle()),
  }
}

/**
 * Colour and dashes of a line.
 *
 * @param {number} i - Which line.
 * @returns {{ color: string, dash?: number[] }} Its look.
 */
export function look(i) {
  const dash = dashes[i % dashes.length] ?? []
  return { color: `--series-${i % 6}`, ...(dash.length === 0 ? {} : { dash }) }
}

/**
 * @param {string} id - Id of an element that the page has.
 * @returns {HTMLElement} The element.
 */
function element(id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no #${id}`)
  return found
}
