/** A pipeline with a grid of settings -> one pipeline per combination. */
import { LimbicError } from '../../../core/errors/index.ts'
import { stepSchema, type Pipeline } from '../../../core/schemas/pipeline.ts'

/** One combination of settings. */
export interface Candidate {
  /** Setting -> value, as the report shows them. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The pipeline with these settings and without a grid. */
  readonly pipeline: Pipeline
}

/** What a fold may choose: anything that neither decides which runs are scored nor how. */
const choosable = ['clean', 'select', 'align', 'classify', 'label'] as const
type Choosable = (typeof choosable)[number]

/**
 * Lists all combinations of the grid.
 *
 * @param pipeline - The pipeline.
 * @returns The combinations in the order of the grid, the last setting changing fastest; the pipeline itself alone without a grid.
 * @throws {LimbicError} `PIPELINE_VALUE_INVALID` when a key is no setting that can be chosen, or a value does not fit it.
 */
export function listCandidates(pipeline: Pipeline): readonly Candidate[] {
  const { choose, ...plain } = pipeline
  const combinations = Object.entries(choose?.grid ?? {}).reduce<Record<string, unknown>[]>(
    (sofar, [key, values]) =>
      sofar.flatMap((settings) => values.map((value) => ({ ...settings, [key]: value }))),
    [{}],
  )
  return combinations.map((settings) => ({
    settings,
    pipeline: Object.entries(settings).reduce(
      (changed: Pipeline, [key, value]) => withSetting(changed, key, value),
      plain,
    ),
  }))
}

function withSetting(pipeline: Pipeline, key: string, value: unknown): Pipeline {
  const [stage, ...path] = key.split('.')
  if (!isChoosable(stage, path)) throw invalid(pipeline, key, describeChoosable, 'this key')
  const step = stepSchema.safeParse(setPath(pipeline[stage], path, value))
  if (step.success) return { ...pipeline, [stage]: step.data }
  const { message, path: at } = step.error.issues[0]!
  throw invalid(pipeline, key, `${at.join('.')} ${message}`.trim(), JSON.stringify(value))
}

const describeChoosable =
  'a setting of clean, select, align, label.method or classify.options, such as select.k or classify.options.shrinkage'

function isChoosable(stage: string | undefined, path: readonly string[]): stage is Choosable {
  if (!(choosable as readonly (string | undefined)[]).includes(stage)) return false
  if (stage === 'classify') return path[0] === 'options' && path.length === 2
  if (stage === 'label') return path.join('.') === 'method.lagSeconds'
  return path[0] !== 'stage' && (path.length > 0 || stage === 'align')
}

/** A copy with the value in place: merged where it is an object for a whole step, taken out where it is null. */
function setPath(node: unknown, path: readonly string[], value: unknown): unknown {
  const record = typeof node === 'object' && node !== null ? node : {}
  const [key, ...rest] = path
  if (key === undefined) return withoutNulls({ ...record, ...(value as object) })
  const { [key]: old, ...others } = record as Record<string, unknown>
  if (rest.length > 0) return { ...others, [key]: setPath(old, rest, value) }
  return value === null ? others : { ...others, [key]: value }
}

function withoutNulls(record: object): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null))
}

function invalid(
  { name }: Pipeline,
  key: string,
  expected: string,
  found: string,
): LimbicError<'PIPELINE_VALUE_INVALID'> {
  return new LimbicError('PIPELINE_VALUE_INVALID', {
    ...{ file: name, key: `choose.grid["${key}"]`, expected, found },
  })
}
