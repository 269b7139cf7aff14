/** zod source of the lines of `manifest.ndjson` and of `results/<id>.json`: the units of work of a run, and what came of them. */
import { z } from 'zod'
import { foldSchema } from './report.ts'

/** One unit of work: the fold of one subject with one permutation of the labels. */
export const taskSchema = z.strictObject({
  id: z.string().min(1),
  /** The subject that is held out. */
  fold: z.string(),
  /** 0: the true labels. */
  permutation: z.int().min(0),
  seed: z.int(),
  /** Hash of everything the result depends on. */
  inputsHash: z.string(),
})

/** What a task found: the whole fold with true labels; the balanced accuracy per model with permuted ones. */
export const taskValueSchema = z.union([
  z.strictObject({ fold: foldSchema }),
  z.strictObject({ scores: z.record(z.string(), z.number()) }),
])

/** A result file. `sha256` is that of the value as JSON: a file that was cut short is no result. */
export const taskResultSchema = z.strictObject({
  id: z.string(),
  inputsHash: z.string(),
  sha256: z.string(),
  /** What the task took to compute. */
  seconds: z.number().min(0),
  value: taskValueSchema,
})

/** A task that ended with an error, beside the results: it is not tried again until the run is started again. */
export const taskFailureSchema = z.strictObject({
  id: z.string(),
  inputsHash: z.string(),
  failure: z.strictObject({
    code: z.string().nullable(),
    details: z.unknown(),
    message: z.string(),
    stack: z.string(),
  }),
})

export type Task = z.infer<typeof taskSchema>
export type TaskValue = z.infer<typeof taskValueSchema>
export type TaskResult = z.infer<typeof taskResultSchema>
export type TaskFailure = z.infer<typeof taskFailureSchema>
