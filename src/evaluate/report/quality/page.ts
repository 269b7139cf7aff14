/** What was found of a run -> its quality page: one file that asks nothing of the network, readable on a phone, in the dark and on paper. */
import { html, trustHtml, type Html } from '../html.ts'
import { formatDecimal } from '../numbers.ts'
import { styleSheet } from '../style.ts'
import { formatMeanFigure, formatTsnrFigure } from './image-figures.ts'
import type { RunQuality } from './run-quality.ts'
import { formatMotionFigure, formatSignalFigure } from './series-figures.ts'

/** Nothing but what the page itself holds may be loaded, whatever text a dataset has put into it. */
const contentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/** Rows of the table of outliers that fit below each other before it scrolls. */
const shownRows = 12

const pageStyle = `
.wide .plots { grid-template-columns: minmax(0, 1fr); gap: 4px; }
.wide .plots > div { overflow-x: auto; }
.wide .plots svg { max-width: none; min-width: 620px; }
.planes { display: flex; flex-wrap: wrap; gap: 12px 16px; align-items: flex-end; }
.planes img { display: block; max-width: 100%; height: auto; background: #000; border-radius: 4px; }
.planes p { display: flex; justify-content: space-between; margin: 2px 4px 0; font-size: .8rem; color: var(--muted); }
@media screen { .long { max-height: 420px; overflow-y: auto; } }
@media print { .wide .plots svg { min-width: 0; } .planes img { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`

/**
 * Turns the quality of a run into one HTML file.
 *
 * @param quality - The run.
 * @returns The whole file; the same run gives the same bytes.
 * @throws Never.
 */
export function formatQualityHtml(quality: RunQuality): string {
  const { title, motion, findings, outliers, facts } = quality
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}" />
        <title>${title} – quality</title>
        <style>
          ${trustHtml(styleSheet + pageStyle)}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p class="subtitle">Quality of one preprocessed run</p>
        </header>
        <main>
          <p class="headline">${formatQualityHeadline(quality)}</p>
          ${formatFindings(findings)}
          <h2>Motion</h2>
          ${
            motion === undefined
              ? html`<p>Motion was not measured; see the findings above.</p>`
              : formatMotionFigure(quality)
          }
          <h2>Signal</h2>
          ${formatSignalFigure(quality)}
          <h2>Mean volume and brain mask</h2>
          ${formatMeanFigure(quality)}
          <h2>Temporal signal-to-noise ratio</h2>
          ${formatTsnrFigure(quality)}
          <h2>Volumes that stand out</h2>
          ${formatOutliers(outliers, quality)}
          <h2>How it was made</h2>
          <dl>
            ${facts.map(
              ([name, words]) =>
                html`<dt>${name}</dt>
                  <dd>${words}</dd> `,
            )}
          </dl>
        </main>
      </body>
    </html> `.html
}

/**
 * The quality of a run in a sentence or two.
 *
 * @param quality - The run.
 * @returns Plain text.
 * @throws Never.
 */
export function formatQualityHeadline(quality: RunQuality): string {
  const { displacementMm, dvars, outliers, tsnr } = quality
  const n = dvars.length
  const steps = displacementMm?.subarray(1)
  const motion =
    steps === undefined || steps.length === 0
      ? 'motion was not measured'
      : `mean framewise displacement ${formatDecimal(steps.reduce((sum, mm) => sum + mm, 0) / steps.length)} mm, largest ${formatDecimal(Math.max(...steps))} mm`
  const flagged =
    outliers.length === 0
      ? 'no volume stands out'
      : `${outliers.length} (${formatDecimal((100 * outliers.length) / n, 0)} %) stand${outliers.length === 1 ? 's' : ''} out`
  return `${n} volumes: ${motion}; ${flagged}. Median temporal signal-to-noise ratio ${formatDecimal(tsnr.median, 1)}.`
}

function formatFindings(findings: RunQuality['findings']): Html {
  if (findings.length === 0) return html`<p>Nothing was found wrong with this run.</p>`
  return html`<section class="banner caution">
    <h2>Findings</h2>
    <ul>
      ${findings.map(({ message }) => html`<li>${formatMessage(message)}</li>`)}
    </ul>
  </section>`
}

/** What stands between backticks is code. */
function formatMessage(message: string): readonly Html[] {
  return message
    .split('`')
    .map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
}

function formatOutliers(outliers: readonly number[], quality: RunQuality): Html {
  const { displacementMm, dvars, maxDisplacementMm, maxDvars, trSeconds } = quality
  const isMeasured = displacementMm !== undefined
  const limits = `${isMeasured ? `framewise displacement over ${maxDisplacementMm} mm, ` : ''}standardised DVARS over ${maxDvars}`
  if (outliers.length === 0) return html`<p>None: no ${limits.replace(', ', ', no ')}.</p>`
  const rows = outliers.map(
    (t) =>
      html`<tr>
        <th scope="row">${t}</th>
        <td>${formatDecimal(t * trSeconds, 1)}</td>
        ${isMeasured ? html`<td>${formatDecimal(displacementMm[t]!)}</td>` : ''}
        <td>${formatDecimal(dvars[t]!)}</td>
      </tr> `,
  )
  return html`<p>
      ${outliers.length} flagged for ${limits}, or for holding no image. None is deleted; each has a
      column <code>motion_outlier…</code> in the table of confounds.
      ${outliers.length > shownRows ? 'The table scrolls.' : ''}
    </p>
    <div class="scroll long" tabindex="0" role="region" aria-label="Volumes that stand out">
      <table>
        <thead>
          <tr>
            <th scope="col">volume (0-based)</th>
            <th scope="col">time (s)</th>
            ${isMeasured ? html`<th scope="col">displacement (mm)</th>` : ''}
            <th scope="col">DVARS (standardised)</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`
}
