import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import {
  addExecutorOptions,
  executorOf,
  type ExecutorOptions,
} from '../../src/cli/executor-options.ts'
import { runInProcess } from '../../src/executors/in-process.ts'

const parse = (...argv: readonly string[]): ExecutorOptions =>
  addExecutorOptions(new Command('x').exitOverride().configureOutput({ writeErr: () => undefined }))
    .parse(['--jobs', '1', ...argv], { from: 'user' })
    .opts<ExecutorOptions>()

describe('where tasks are done', () => {
  it('in this process, in workers or on a cluster', () => {
    expect(executorOf(parse())).toBe(runInProcess)
    expect(executorOf(parse('--jobs', '2'))).not.toBe(runInProcess)
    const slurm = ['--executor', 'slurm', '--partition', 'long', '--throttle', '4', '--chunk', '9']
    expect(parse(...slurm, '--slurm-args', '--time=1:00:00 --mem=8G')).toMatchObject({
      ...{ executor: 'slurm', partition: 'long', throttle: 4, chunk: 9 },
      slurmArgs: '--time=1:00:00 --mem=8G',
    })
    expect(executorOf(parse(...slurm))).not.toBe(runInProcess)
  })

  it.each([
    ['--partition', 'long'],
    ['--throttle', '4'],
    ['--chunk', '9'],
    ['--slurm-args', '--mem=8G'],
  ])('refuses %s without --executor slurm', (option, value) => {
    expect(() => executorOf(parse(option, value))).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        details: expect.objectContaining({ option }) as object,
      }),
    )
  })

  it('refuses an executor that there is none of', () => {
    expect(() => parse('--executor', 'cloud')).toThrow()
  })
})
