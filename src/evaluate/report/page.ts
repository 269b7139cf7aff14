/** Report -> `report.html`: one file that asks nothing of the network, readable on a phone, in the dark and on paper. */
import type { Report } from '../../core/schemas/report.ts'
import { formatClassTable, formatConfusionTable, formatPairTable } from './confusion-table.ts'
import { groupWarnings } from './group-warnings.ts'
import { formatHeadline } from './headline.ts'
import { html, trustHtml, type Html } from './html.ts'
import { formatModelFigure } from './model-figure.ts'
import { styleSheet } from './style.ts'
import { formatSubjectFigure } from './subject-figure.ts'
import {
  formatDataTables,
  formatFoldTable,
  formatMeasureTable,
  formatModelTable,
  formatSubjectTable,
} from './tables.ts'
import { formatTrainingFigure } from './training-figure.ts'

/** A browser that obeys this can load nothing, whatever text a dataset has put into the report. */
const contentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'"

/**
 * Turns a report into one HTML file.
 *
 * @param report - The report, as in `report.json`.
 * @returns The whole file; the same report gives the same bytes.
 * @throws Never.
 */
export function formatReportHtml(report: Report): string {
  const title = `${report.name} – ${report.protocol} protocol`
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}" />
        <title>${title}</title>
        <style>
          ${trustHtml(styleSheet)}
        </style>
      </head>
      <body>
        <header>
          <h1>
            ${report.name} <span class="badge ${report.protocol}">${report.protocol} protocol</span>
          </h1>
          <p class="subtitle">
            ${report.model} on ${report.classes.join(' / ')}, ${report.data.dataset}
          </p>
        </header>
        <main>
          ${formatLeaks(report)}
          <p class="headline">${formatHeadline(report)}</p>
          ${formatProblems(report)} ${formatResults(report)} ${formatTraining(report)}
          <h2>Data</h2>
          ${formatDataTables(report)}
          ${report.folds.length > 0 ? formatFoldTable(report) : undefined}
          <h2>Protocol</h2>
          ${report.protocolText.map((paragraph) => html`<p>${paragraph}</p>`)}
          ${formatProvenance(report)}
        </main>
      </body>
    </html> `.html
}

function formatLeaks({ leaks, protocol }: Report): Html | undefined {
  if (leaks.length === 0) return undefined
  const why =
    protocol === 'paper'
      ? 'The paper protocol fits on data that it scores, as the paper did. These figures do not estimate how well a new subject is decoded.'
      : 'Something was fitted on data that it was scored on. These figures do not estimate how well a new subject is decoded.'
  return html`<section class="banner" role="alert">
    <h2>Leak</h2>
    <p>${why}</p>
    <ul>
      ${leaks.map((leak) => html`<li>${leak}</li>`)}
    </ul>
  </section>`
}

function formatProblems({ failedFolds, warnings }: Report): Html | undefined {
  if (failedFolds.length === 0 && warnings.length === 0) return undefined
  const heading =
    failedFolds.length === 0
      ? 'Warnings'
      : warnings.length === 0
        ? 'Failed folds'
        : 'Failed folds and warnings'
  return html`<section class="banner caution">
    <h2>${heading}</h2>
    <ul>
      ${failedFolds.map(({ subject, code, message }) => html`<li><b>Subject ${subject} failed</b> (${code}). ${message}</li>`)}
      ${groupWarnings(warnings).map((text) => html`<li>${text}</li>`)}
    </ul>
  </section>`
}

function formatResults(report: Report): Html | undefined {
  const { folds, summary, pooled, classes } = report
  if (folds.length === 0) return undefined
  return html`<h2>Subjects</h2>
    ${formatSubjectFigure(report)} ${formatMeasureTable(report)} ${formatSubjectTable(report)}
    ${
      summary === null
        ? undefined
        : html`<h2>Classifiers</h2>
            ${formatModelFigure(report)}${formatModelTable(report)}`
    }
    ${
      pooled === null
        ? undefined
        : html`<h2>Classes</h2>
            <div class="columns">
              ${formatConfusionTable(classes, pooled.confusion)}
              <div>
                ${formatClassTable(classes, pooled.confusion)}${classes.length > 2 ? formatPairTable(classes, folds) : undefined}
              </div>
            </div>`
    }`
}

function formatTraining({ trainingCurves, model }: Report): Html {
  const trained = trainingCurves.filter(({ epochs }) => epochs.length > 0)
  return html`<h2>Training</h2>
    ${
      trained.length === 0
        ? html`<p>${model} is not trained in epochs, so there are no training curves.</p>`
        : formatTrainingFigure(trained)
    }`
}

function formatProvenance({ provenance }: Report): Html {
  const { version, seed, engine, configSha256, datasetSha256 } = provenance
  return html`<h2>Provenance</h2>
    <dl>
      <dt>limbic</dt>
      <dd>${version}</dd>
      <dt>seed</dt>
      <dd>${seed}</dd>
      <dt>engine</dt>
      <dd>${engine}</dd>
      <dt>configuration</dt>
      <dd><code>sha256 ${configSha256}</code></dd>
      <dt>dataset</dt>
      <dd><code>sha256 ${datasetSha256}</code></dd>
    </dl>`
}
