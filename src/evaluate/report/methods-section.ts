/** Report -> the sections in words: protocol, methods to be pasted, choices of every fold, and provenance. */
import type { Report, ReportFold } from '../../core/schemas/report.ts'
import { html, type Html } from './html.ts'
import { formatTable } from './table.ts'

/**
 * The protocol, what inner subjects decided, the methods section and where everything came from.
 *
 * @param report - The report.
 * @returns The sections.
 * @throws Never.
 */
export function formatMethods(report: Report): Html {
  const { protocolText, methodsText } = report
  return html`<h2>Protocol</h2>
    ${protocolText.map((paragraph) => html`<p>${paragraph}</p>`)} ${formatChoices(report)}
    ${
      methodsText.length === 0
        ? undefined
        : html`<h2>Methods, to be pasted</h2>
            <div class="paste">${methodsText.map((paragraph) => html`<p>${paragraph}</p>`)}</div>`
    }
    ${formatProvenance(report)}`
}

function formatChoices({ folds }: Report): Html | undefined {
  const chosen = folds.filter(({ choices }) => choices !== null && choices !== undefined)
  const names = [...new Set(chosen.flatMap(({ choices }) => Object.keys(choices ?? {})))]
  if (names.length === 0) return undefined
  return formatTable<ReportFold>(
    'Chosen on inner subjects',
    [
      { heading: 'subject', text: true, cell: ({ subject }) => subject },
      ...names.map((name) => ({
        heading: name,
        text: true,
        cell: ({ choices }: ReportFold) => showValue(choices?.[name]),
      })),
    ],
    chosen,
  )
}

function showValue(value: unknown): string {
  if (value === undefined || value === null) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function formatProvenance({ provenance }: Report): Html {
  const { version, seed, engine, configSha256, datasetSha256, node } = provenance
  return html`<h2>Provenance</h2>
    <dl>
      <dt>limbic</dt>
      <dd>${version}</dd>
      ${
        node === undefined
          ? undefined
          : html`<dt>Node.js</dt>
              <dd>${node}</dd>`
      }
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
