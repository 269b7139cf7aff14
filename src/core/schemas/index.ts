/** Every document that limbic reads or writes, by name; `data-schemas/` holds the JSON Schema of each. */
import type { z } from 'zod'
import { bundleSchema } from './bundle.ts'
import { feedbackSchema } from './feedback.ts'
import { pipelineSchema } from './pipeline.ts'
import { foldSchema, reportSchema } from './report.ts'
import { taskResultSchema, taskSchema } from './task.ts'
import { sessionEventSchema } from './session-event.ts'
import { volumeHeaderSchema } from './volume-header.ts'

export const schemas: Readonly<Record<string, z.ZodType>> = {
  bundle: bundleSchema,
  feedback: feedbackSchema,
  fold: foldSchema,
  pipeline: pipelineSchema,
  report: reportSchema,
  'session-event': sessionEventSchema,
  task: taskSchema,
  'task-result': taskResultSchema,
  'volume-header': volumeHeaderSchema,
}
