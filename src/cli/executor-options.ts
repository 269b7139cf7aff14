/** Options of the command line -> where the tasks of a run are done: in this process, in worker threads, or by Slurm. */
import { Option, type Command } from 'commander'
import { LimbicError } from '../core/errors/index.ts'
import { runInProcess } from '../executors/in-process.ts'
import { createPool } from '../executors/pool.ts'
import { createSlurm } from '../executors/slurm/slurm.ts'
import type { TaskExecutor } from '../pipeline/task-runner.ts'
import { defaultJobs, integerOption } from './options.ts'

/** As commander gives them. */
export interface ExecutorOptions {
  readonly jobs: number
  readonly executor: 'local' | 'slurm'
  readonly partition?: string
  readonly throttle?: number
  readonly chunk?: number
  readonly slurmArgs?: string
}

/**
 * Adds `--jobs`, `--executor` and what belongs to Slurm to a command.
 *
 * @param command - The command.
 * @returns The same command.
 * @throws Never.
 */
export function addExecutorOptions(command: Command): Command {
  return command
    .option('--jobs <n>', 'folds at a time', integerOption('--jobs', 1), defaultJobs())
    .addOption(
      new Option('--executor <where>', 'do the folds on this machine, or as Slurm job arrays')
        .choices(['local', 'slurm'])
        .default('local'),
    )
    .option('--partition <name>', 'Slurm: partition of the jobs')
    .option('--throttle <n>', 'Slurm: elements at a time', integerOption('--throttle', 1))
    .option(
      '--chunk <n>',
      'Slurm: folds per element; without it, what takes about five minutes',
      integerOption('--chunk', 1),
    )
    .option('--slurm-args <text>', 'Slurm: more arguments of sbatch, as "--time=02:00:00 --mem=8G"')
}

/**
 * The executor that the options ask for.
 *
 * @param options - As commander gives them.
 * @returns The executor.
 * @throws {LimbicError} `OPTION_INVALID` for an option of Slurm without `--executor slurm`.
 */
export function executorOf(options: ExecutorOptions): TaskExecutor {
  const { jobs, executor, partition, throttle, chunk, slurmArgs } = options
  const slurm = {
    ...(partition === undefined ? {} : { partition }),
    ...(throttle === undefined ? {} : { throttle }),
    ...(chunk === undefined ? {} : { chunk }),
    ...(slurmArgs === undefined ? {} : { args: slurmArgs.split(/\s+/).filter(Boolean) }),
  }
  if (executor === 'slurm') return createSlurm(slurm)
  const [foreign] = Object.keys(slurm)
  if (foreign !== undefined)
    throw new LimbicError('OPTION_INVALID', {
      option: foreign === 'args' ? '--slurm-args' : `--${foreign}`,
      expected: 'to stand beside --executor slurm',
      found: 'no --executor slurm',
    })
  return jobs === 1 ? runInProcess : createPool(jobs)
}
