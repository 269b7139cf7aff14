/** Options that several commands share, and how their text becomes values. */
import { availableParallelism } from 'node:os'
import { Option } from 'commander'
import { LimbicError } from '../core/errors/index.ts'
import { pipelineSchema } from '../core/schemas/pipeline.ts'

/**
 * Parses an integer option.
 *
 * @param option - Name for the message, as `--jobs`.
 * @param smallest - Smallest value allowed.
 * @returns A parser for commander.
 * @throws {LimbicError} From the parser, `OPTION_INVALID`.
 */
export function integerOption(option: string, smallest: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isInteger(value) && value >= smallest) return value
    throw new LimbicError('OPTION_INVALID', {
      option,
      expected: `a whole number of at least ${smallest}`,
      found: text,
    })
  }
}

/**
 * Parses a number option.
 *
 * @param option - Name for the message, as `--tr`.
 * @param smallest - Smallest value allowed.
 * @returns A parser for commander.
 * @throws {LimbicError} From the parser, `OPTION_INVALID`.
 */
export function numberOption(option: string, smallest: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isFinite(value) && value >= smallest) return value
    throw new LimbicError('OPTION_INVALID', {
      option,
      expected: `a number of at least ${smallest}`,
      found: text,
    })
  }
}

/** `--set key=value`, as often as needed. */
export const setOption = (): Option =>
  new Option('--set <key=value>', 'change a setting of the pipeline, as select.k=300 (repeatable)')
    .argParser((value: string, previous: string[]) => [...previous, value])
    .default([], 'none')

/** `--engine NAME`. */
export const engineOption = (): Option =>
  new Option(
    '--engine <name>',
    'what networks run on, see `limbic doctor`; as --set engine=NAME',
  ).choices(pipelineSchema.shape.engine.unwrap().options)

/** `--max-minutes N`. */
export const maxMinutesOption = (): Option =>
  new Option(
    '--max-minutes <n>',
    'pause after this time: what was done is kept, the exit code is 75, and the same command goes on from there',
  ).argParser(numberOption('--max-minutes', 0))

/** Options that decide where and for how long networks train. */
export interface TrainingOptions {
  readonly engine?: string
  readonly maxMinutes?: number
}

/**
 * The settings that training options stand for.
 *
 * @param options - As commander gives them.
 * @returns `key=value` settings of the pipeline, and when to pause.
 * @throws Never.
 */
export function readTrainingOptions({ engine, maxMinutes }: TrainingOptions): {
  readonly settings: readonly string[]
  readonly pause: { readonly deadline?: number }
} {
  return {
    settings: engine === undefined ? [] : [`engine=${engine}`],
    pause: maxMinutes === undefined ? {} : { deadline: Date.now() + 60_000 * maxMinutes },
  }
}

export const logFormatOption = (): Option =>
  new Option('--log-format <format>', 'progress for people or for programs')
    .choices(['text', 'json'])
    .default('text')

/**
 * How many workers to use unless told.
 *
 * @returns The number of cores that Slurm has given, or of this machine, then at most 8: every worker holds series of its own.
 * @throws Never.
 */
export function defaultJobs(): number {
  return allottedCpus() ?? Math.min(8, availableParallelism())
}

/**
 * The cores that Slurm has given this process; a node has more, which belong to others.
 *
 * @returns The number of cores; undefined outside Slurm, or when the job did not say.
 * @throws Never.
 */
export function allottedCpus(): number | undefined {
  const cpus = Number(process.env.SLURM_CPUS_PER_TASK)
  return Number.isInteger(cpus) && cpus > 0 ? cpus : undefined
}
