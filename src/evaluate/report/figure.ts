/** Plot marks -> one SVG figure with a caption and a legend; colours are CSS variables, so that a page can be light, dark or printed. */
import * as Plot from '@observablehq/plot'
import { Window } from 'happy-dom'
import { html, trustHtml, type Html } from './html.ts'

/** Drawn at the width of a phone, so that text stays readable there. */
export const figureWidth = 400

export const colors = {
  calibrated: 'var(--calibrated)',
  unaligned: 'var(--unaligned)',
  zeroShot: 'var(--zero-shot)',
  chance: 'var(--chance)',
  oracle: 'var(--oracle)',
  faint: 'var(--faint)',
} as const

/**
 * The colour of a class.
 *
 * @param index - Class index; the eighth class and later ones share colours with earlier ones.
 * @returns A CSS variable.
 * @throws Never.
 * @example
 * const first = classColor(0) // first = 'var(--class-0)'
 */
export function classColor(index: number): string {
  return `var(--class-${index % nClassColors})`
}

const nClassColors = 7

/** The types of Plot speak of a browser's document; this program has none but happy-dom's. */
const plotOn = Plot.plot as unknown as (
  options: Omit<Plot.PlotOptions, 'document'> & { document: unknown },
) => { setAttribute(name: string, value: string): void; readonly outerHTML: string }

/** One entry of a legend. */
export interface LegendEntry {
  readonly label: string
  readonly color: string
  readonly shape: 'dot' | 'ring' | 'square' | 'diamond' | 'line' | 'dashed' | 'dotted' | 'band'
}

/**
 * Draws one plot.
 *
 * @param description - What the plot shows, for those who cannot see it.
 * @param options - Options of Observable Plot; no text in them needs escaping.
 * @returns The SVG.
 * @throws Never.
 */
export function drawPlot(description: string, options: Plot.PlotOptions): Html {
  const svg = plotOn({
    document: new Window().document,
    width: figureWidth,
    marginRight: 12,
    style: { background: 'none', fontSize: '12px', overflow: 'visible' },
    ariaLabel: description,
    ...options,
  })
  svg.setAttribute('role', 'img')
  return trustHtml(svg.outerHTML)
}

/**
 * Puts plots side by side under one caption.
 *
 * @param plots - The plots.
 * @param legend - What the marks mean.
 * @param caption - What is to be seen, in plain text.
 * @returns The figure.
 * @throws Never.
 */
export function formatFigure(
  plots: readonly Html[],
  legend: readonly LegendEntry[],
  caption: string,
): Html {
  return html`<figure>
    <ul class="legend">
      ${legend.map(formatEntry)}
    </ul>
    <div class="plots">${plots.map((plot) => html`<div>${plot}</div>`)}</div>
    <figcaption>${caption}</figcaption>
  </figure> `
}

/**
 * The left margin that the longest label of a vertical axis needs.
 *
 * @param labels - The labels.
 * @returns Pixels, at most 36 % of the figure.
 * @throws Never.
 */
export function labelMargin(labels: readonly string[]): number {
  const longest = Math.max(0, ...labels.map((label) => label.length))
  return Math.min(0.36 * figureWidth, 16 + 7 * longest)
}

/**
 * A label cut to what fits the widest margin.
 *
 * @param label - The label.
 * @returns At most 18 characters.
 * @throws Never.
 */
export function shortLabel(label: string): string {
  return label.length <= 18 ? label : `${label.slice(0, 17)}…`
}

function formatEntry({ label, color, shape }: LegendEntry): Html {
  return html`<li><i class="key ${shape}" style="color: ${color}"></i>${label}</li>`
}
