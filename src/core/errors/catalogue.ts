/** The one catalogue of error codes: code -> template. Each area keeps its codes in a file of its own beside this one. */
import { generalErrors } from './general.ts'
import { ioErrors } from './io.ts'
import { dicomErrors } from './dicom.ts'
import { preprocessErrors } from './preprocess.ts'
import { dataErrors } from './data.ts'
import { engineErrors } from './engine.ts'
import { pipelineErrors } from './pipeline.ts'
import { realtimeErrors } from './realtime.ts'
import { volumeSourceErrors } from './volume-sources.ts'

export const errorCatalogue = {
  ...generalErrors,
  ...ioErrors,
  ...dicomErrors,
  ...preprocessErrors,
  ...dataErrors,
  ...engineErrors,
  ...pipelineErrors,
  ...realtimeErrors,
  ...volumeSourceErrors,
} as const

/** Every code that limbic can raise. */
export type ErrorCode = keyof typeof errorCatalogue

/** The details that each code carries. */
export type ErrorDetails = { [C in ErrorCode]: Parameters<(typeof errorCatalogue)[C]>[0] }
