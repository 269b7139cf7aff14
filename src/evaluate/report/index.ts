/** Reports: what a run found, as a page and as text. */
export { formatHeadline } from './headline.ts'
export { formatReportHtml } from './page.ts'
export { formatReportText } from './text.ts'
