/** A pipeline by name or path -> a validated Pipeline with every default filled in. */
import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import leven from 'leven'
import { LineCounter, parseDocument } from 'yaml'
import { LimbicError } from '../core/errors/index.ts'
import {
  alignStepSchema,
  classifyStepSchema,
  cleanStepSchema,
  evaluateStepSchema,
  pipelineSchema,
  selectStepSchema,
  stageOrder,
  type Pipeline,
  type PipelineDocument,
} from '../core/schemas/pipeline.ts'
import { applyOverrides } from './overrides.ts'
import { packageDir } from './package-dir.ts'
import { assertCandidates, assertProtocol } from './protocol-rules.ts'
import { assertValid } from './validate.ts'

/**
 * Loads a pipeline.
 *
 * @param nameOrPath - A YAML file, or the name of a pipeline that ships with limbic (`cnn1d-loso`).
 * @param overrides - `key=value` settings, as `select.k=300`, `seed=7` or `data.exclude=[01,02]`.
 * @returns The pipeline with every step present and every default filled in.
 * @throws {LimbicError} `PIPELINE_NOT_FOUND`, `PIPELINE_INVALID_YAML`, `PIPELINE_KEY_UNKNOWN` (with the nearest valid key),
 *   `PIPELINE_VALUE_INVALID` (also for a setting that does not go with the protocol) or `PIPELINE_STEP_ORDER`.
 */
export async function loadPipeline(
  nameOrPath: string,
  overrides: readonly string[] = [],
): Promise<Pipeline> {
  const file = findPipelineFile(nameOrPath)
  return parsePipeline(await readFile(file, 'utf8'), shortName(file), overrides)
}

/**
 * Parses the text of a pipeline.
 *
 * @param text - YAML.
 * @param file - Name for messages.
 * @param overrides - `key=value` settings.
 * @returns The pipeline with every step present and every default filled in.
 * @throws {LimbicError} As `loadPipeline`.
 */
export function parsePipeline(
  text: string,
  file: string,
  overrides: readonly string[] = [],
): Pipeline {
  const raw = applyOverrides(parseYaml(text, file), overrides)
  const document = assertValid(pipelineSchema, raw, file)
  assertStepOrder(document, file)
  const pipeline = resolve(document)
  assertProtocol(pipeline, file)
  assertCandidates(pipeline, file)
  return pipeline
}

/**
 * The pipelines that ship with limbic.
 *
 * @returns Their names, sorted; examples as `examples/haxby2011`.
 * @throws Never.
 */
export function listPipelines(): readonly string[] {
  return readdirSync(pipelinesDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.replaceAll('\\', '/').replace(/\.yaml$/, ''))
    .sort()
}

const pipelinesDir = join(packageDir, 'pipelines')

function findPipelineFile(nameOrPath: string): string {
  const shipped = join(pipelinesDir, `${nameOrPath}.yaml`)
  const found = [nameOrPath, shipped, join(packageDir, nameOrPath)].find(
    (file) => file.endsWith('.yaml') && existsSync(file),
  )
  if (found !== undefined) return found
  const known = listPipelines()
  const nearest = nearestOf(basename(nameOrPath).replace(/\.ya?ml$/, ''), known)
  throw new LimbicError('PIPELINE_NOT_FOUND', {
    name: nameOrPath,
    known,
    ...(nearest === undefined ? {} : { nearest }),
  })
}

function nearestOf(word: string, known: readonly string[]): string | undefined {
  return known
    .map((name) => ({ name, distance: leven(word, basename(name)) }))
    .filter(({ name, distance }) => distance <= Math.max(2, name.length / 3))
    .sort((a, b) => a.distance - b.distance)[0]?.name
}

function parseYaml(text: string, file: string): unknown {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter })
  const problem = document.errors[0]
  if (problem !== undefined)
    throw new LimbicError('PIPELINE_INVALID_YAML', {
      file,
      line: lineCounter.linePos(problem.pos[0]).line,
      reason: problem.message.split('\n')[0] ?? problem.message,
    })
  return document.toJS() as unknown
}

function assertStepOrder(document: PipelineDocument, file: string): void {
  const found = document.steps.map((step) => step.stage)
  const positions = found.map((stage) => stageOrder.indexOf(stage))
  const ascending = positions.every((p, i) => i === 0 || p > positions[i - 1]!)
  if (ascending && found.includes('data') && found.includes('label')) return
  throw new LimbicError('PIPELINE_STEP_ORDER', { file, found, order: stageOrder })
}

function resolve(document: PipelineDocument): Pipeline {
  const step = <S extends PipelineDocument['steps'][number]['stage']>(stage: S) =>
    document.steps.find((candidate) => candidate.stage === stage) as
      Extract<PipelineDocument['steps'][number], { stage: S }> | undefined
  return {
    name: document.name,
    description: document.description,
    protocol: document.protocol,
    seed: document.seed,
    engine: document.engine,
    ...(document.choose === undefined ? {} : { choose: document.choose }),
    data: step('data')!,
    label: step('label')!,
    clean: step('clean') ?? cleanStepSchema.parse({ stage: 'clean' }),
    select: step('select') ?? selectStepSchema.parse({ stage: 'select' }),
    align: step('align') ?? alignStepSchema.parse({ stage: 'align', method: 'none' }),
    classify: step('classify') ?? classifyStepSchema.parse({ stage: 'classify' }),
    evaluate: step('evaluate') ?? evaluateStepSchema.parse({ stage: 'evaluate' }),
  }
}

function shortName(file: string): string {
  const fromHere = relative(process.cwd(), file)
  return fromHere.startsWith('..') ? file : fromHere
}
