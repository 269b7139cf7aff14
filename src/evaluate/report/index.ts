/** Reports: what a run found, as a page and as text. */
export { formatRunComparisonHtml } from './comparison-page.ts'
export { formatRunComparisonText } from './comparison-text.ts'
export { formatHeadline } from './headline.ts'
export { layOut } from './lay-out.ts'
export type { ReportMaps } from './maps/index.ts'
export { formatReportHtml } from './page.ts'
export { formatReportText } from './text.ts'
