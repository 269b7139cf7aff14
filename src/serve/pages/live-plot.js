/** Rows of numbers by volume -> a line plot that follows the run, in the colours of the page. */
import uPlot from '/assets/uplot.js'

/**
 * @typedef {object} Series
 * @property {string} label - As in the legend.
 * @property {string} color - Name of a CSS variable of the page.
 * @property {number[]} [dash] - Lengths of line and gap; lines are told apart without colours.
 * @property {boolean} [points] - Draw points too: single values between gaps would not show as lines.
 */

/**
 * @typedef {object} LivePlot
 * @property {(columns: (number | null)[][]) => void} draw - Draws volumes (first column) and one column per series.
 * @property {() => void} restyle - Takes the colours of the page again.
 */

/** Volumes on the axis at least, so that the first ones are not drawn across the whole width. */
const minSpan = 60

/**
 * Makes a plot that fills its element.
 *
 * @param {HTMLElement} element - Where to.
 * @param {object} options - What to draw.
 * @param {string} options.label - What the plot shows, for those who do not see it.
 * @param {Series[]} options.series - The lines.
 * @param {[number | null, number | null]} options.range - Ends of the vertical axis; null to fit the data.
 * @param {() => { value: number, color: string }[]} [options.limits] - Horizontal lines.
 * @returns {LivePlot} The plot.
 */
export function createLivePlot(element, { label, series, range, limits = () => [] }) {
  element.setAttribute('role', 'img')
  element.setAttribute('aria-label', label)
  /** @type {uPlot.AlignedData} */
  let data = [[], ...series.map(() => [])]
  let plot = build()
  new ResizeObserver(() => plot.setSize(sizeOf(element))).observe(element)

  function build() {
    const [low, high] = range
    return new uPlot(
      {
        ...sizeOf(element),
        cursor: { y: false, drag: { x: false, y: false } },
        legend: { live: true },
        scales: {
          x: { time: false, range: (_, min, max) => [min, Math.max(max, min + minSpan)] },
          y: { range: (_, min, max) => rangeOf(low, high, min, max, limits()) },
        },
        axes: [axis(), axis()],
        series: [{ label: 'volume' }, ...series.map(style)],
        hooks: { draw: [(drawn) => drawLimits(drawn, limits())] },
      },
      data,
      element,
    )
  }
  return {
    draw: (columns) => {
      data = /** @type {uPlot.AlignedData} */ (columns)
      plot.setData(data)
      // Without a pointer over it, the legend has the newest values.
      if ((plot.cursor.left ?? -1) < 0 && data[0].length > 0)
        plot.setLegend({ idx: data[0].length - 1 })
    },
    restyle: () => {
      plot.destroy()
      plot = build()
    },
  }
}

/**
 * @param {Series} series - A line.
 * @returns {uPlot.Series} The same for uPlot.
 */
function style({ label, color, dash, points }) {
  return {
    label,
    stroke: colorOf(color),
    width: 2,
    ...(dash === undefined ? {} : { dash }),
    points: { show: points ?? false, size: 4, fill: colorOf(color) },
    spanGaps: false,
    value: (_, value) => (value == null ? '–' : value.toFixed(2)),
  }
}

/** @returns {uPlot.Axis} An axis in the colours of the page. */
function axis() {
  return {
    stroke: colorOf('--text-soft'),
    grid: { stroke: colorOf('--line'), width: 1 },
    ticks: { stroke: colorOf('--line'), width: 1 },
    font: '12px system-ui, sans-serif',
  }
}

/**
 * @param {number | null} low - Wanted lower end.
 * @param {number | null} high - Wanted upper end.
 * @param {number | null} min - Least value drawn.
 * @param {number | null} max - Greatest value drawn.
 * @param {{ value: number }[]} limits - Lines that must be seen.
 * @returns {[number, number]} The ends.
 */
function rangeOf(low, high, min, max, limits) {
  const values = limits.map(({ value }) => value)
  const bottom = Math.min(min ?? 0, ...values)
  const top = Math.max(max ?? 1, ...values)
  const margin = 0.08 * (top - bottom || 1)
  return [low ?? bottom - margin, high ?? top + margin]
}

/**
 * @param {uPlot} plot - The plot.
 * @param {{ value: number, color: string }[]} limits - Horizontal lines.
 * @returns {void}
 */
function drawLimits(plot, limits) {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.lineWidth = 1.5 * devicePixelRatio
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio])
  for (const { value, color } of limits) {
    const y = plot.valToPos(value, 'y', true)
    ctx.strokeStyle = colorOf(color)
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
  }
  ctx.restore()
}

/**
 * @param {string} name - Name of a CSS variable.
 * @returns {string} Its colour now.
 */
function colorOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/**
 * @param {HTMLElement} element - Where the plot is.
 * @returns {{ width: number, height: number }} Pixels that are left beside the legend.
 */
function sizeOf(element) {
  return { width: element.clientWidth, height: Number(element.dataset.height ?? 180) }
}
