/** DICOM files (Siemens, GE, Philips; classic, mosaic, enhanced) and Philips PAR/REC -> volumes, geometry and timing. */
export type {
  AssembleOptions,
  DicomFrame,
  DicomGeometry,
  DicomHeader,
  DicomImage,
  DicomSeriesInfo,
  DicomVolume,
  ImageKind,
  StoredPixels,
  Vendor,
} from './types.ts'
export { parseDicom } from './parse-dicom.ts'
export { readDicom } from './read-dicom.ts'
export { isParFile, readParRec } from './par-rec.ts'
export { assembleParts, assembleSeries, type AssembledSeries } from './assemble-series.ts'
export {
  noSeriesFinding,
  readDicomFolder,
  type DicomFolder,
  type DicomSeries,
} from './read-folder.ts'
export { sidecarOf } from './sidecar.ts'
export {
  convertFolder,
  type Conversion,
  type ConvertOptions,
  type ConvertedSeries,
} from './convert-folder.ts'
export { bidsLabel } from './bids-names.ts'
