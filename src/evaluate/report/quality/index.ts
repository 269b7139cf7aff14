/** A preprocessed run -> a page that shows how good it is. */
export { reduceCarpet, type CarpetSize } from './carpet.ts'
export { formatQualityHeadline, formatQualityHtml } from './page.ts'
export type { Pixels } from './png.ts'
export type { RunQuality } from './run-quality.ts'
