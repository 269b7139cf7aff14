/** Selected voxels on the anatomy, as a section of the report. */
export { formatMaps, type ReportMaps } from './section.ts'
export { viewerPolicy } from './viewer.ts'
