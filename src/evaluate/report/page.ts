/** Report -> `report.html`: one file that asks nothing of the network, readable on a phone, in the dark and on paper. */
import type { Report } from '../../core/schemas/report.ts'
import { formatClassTable, formatConfusionTable } from './confusion-table.ts'
import { formatComparisonTable } from './comparison-table.ts'
import { formatCurveFigure } from './curve-figures.ts'
import { groupWarnings } from './group-warnings.ts'
import { formatHeadline } from './headline.ts'
import { html, trustHtml, type Html } from './html.ts'
import { formatLearningCurve } from './learning-figure.ts'
import { formatMaps, viewerPolicy, type ReportMaps } from './maps/index.ts'
import { formatMethods } from './methods-section.ts'
import { formatModelFigure } from './model-figure.ts'
import { formatProportion } from './numbers.ts'
import { formatPairTable } from './pair-table.ts'
import { formatPermutation } from './permutation-figure.ts'
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
 * @param maps - Maps of the run; a page without them runs no script at all.
 * @returns The whole file; the same report gives the same bytes.
 * @throws Never.
 */
export function formatReportHtml(report: Report, maps?: ReportMaps): string {
  const policy =
    maps === undefined
      ? contentSecurityPolicy
      : `${contentSecurityPolicy}${maps.viewer === undefined ? '; img-src data:' : viewerPolicy(maps.viewer)}`
  const title = `${report.name} – ${report.protocol} protocol`
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
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
          ${formatProblems(report)} ${formatResults(report)} ${formatTests(report)}
          ${maps === undefined ? undefined : formatMaps(maps)} ${formatTraining(report)}
          <h2>Data</h2>
          ${formatDataTables(report)}
          ${report.folds.length > 0 ? formatFoldTable(report) : undefined} ${formatMethods(report)}
        </main>
      </body>
    </html> `.html
}

function formatLeaks({ leaks, protocol, summary, oracle }: Report): Html | undefined {
  if (leaks.length === 0) return undefined
  const why =
    protocol === 'paper'
      ? 'The paper protocol fits on data that it scores, as the paper did. These figures do not estimate how well a new subject is decoded.'
      : 'Something was fitted on data that it was scored on. These figures do not estimate how well a new subject is decoded.'
  return html`<section class="banner leak" role="alert">
    <h2>Leak</h2>
    <p>${why}</p>
    <ul>
      ${leaks.map((leak) => html`<li>${leak}</li>`)}
    </ul>
    ${
      summary !== null && oracle !== null && summary.accuracy.mean > oracle.accuracy
        ? html`<p>
            Accuracy ${formatProportion(summary.accuracy.mean)} is above what the true parameters of
            the simulation allow (${formatProportion(oracle.accuracy)}): the rest is leak.
          </p>`
        : undefined
    }
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
  const { folds, summary, pooled, classes, rest } = report
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
                ${formatClassTable(classes, pooled.confusion)}${classes.length > 2 ? formatPairTable(classes, folds, rest) : undefined}
              </div>
            </div>
            ${pooled.curves === undefined ? undefined : formatCurveFigure(report, pooled.curves)}`
    }`
}

function formatTests({ permutation, comparisons, learningCurve, model, chance }: Report): Html {
  return html`${
    comparisons.length === 0 && permutation === null
      ? undefined
      : html`<h2>Tests</h2>
          ${formatComparisonTable(comparisons, model)}
          ${
            permutation === null || permutation.n === 0
              ? undefined
              : formatPermutation(permutation, { model, chance })
          }`
  }${
    learningCurve === null || learningCurve.points.length === 0
      ? undefined
      : html`<h2>Calibration</h2>
          ${formatLearningCurve(learningCurve, chance)}`
  }`
}

function formatTraining({ trainingCurves, model, protocol }: Report): Html {
  const trained = trainingCurves.filter(({ epochs }) => epochs.length > 0)
  return html`<h2>Training</h2>
    ${
      trained.length === 0
        ? html`<p>${model} is not trained in epochs, so there are no training curves.</p>`
        : formatTrainingFigure(trained, protocol)
    }`
}
