/** Every document that limbic reads or writes, by name; `data-schemas/` holds the JSON Schema of each. */
import type { z } from 'zod'
import { bundleSchema } from './bundle.ts'
import { pipelineSchema } from './pipeline.ts'
import { foldSchema, reportSchema } from './report.ts'

export const schemas: Readonly<Record<string, z.ZodType>> = {
  bundle: bundleSchema,
  fold: foldSchema,
  pipeline: pipelineSchema,
  report: reportSchema,
}
