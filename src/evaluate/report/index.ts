/** Reports: what a run found, as a page and as text. */
export { formatHeadline } from './headline.ts'
export type { ReportMaps } from './maps/index.ts'
export { formatReportHtml } from './page.ts'
export { formatReportText } from './text.ts'
