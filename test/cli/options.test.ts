import { availableParallelism } from 'node:os'
import { Command } from 'commander'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import {
  allottedCpus,
  defaultJobs,
  engineOption,
  integerOption,
  logFormatOption,
  maxMinutesOption,
  numberOption,
  readTrainingOptions,
  setOption,
} from '../../src/cli/options.ts'

const invalid = (option: string, found: string): unknown =>
  expect.objectContaining({
    code: 'OPTION_INVALID',
    details: expect.objectContaining({ option, found }) as unknown,
  })

describe('training options', () => {
  it('stand for a setting and for a time to pause', () => {
    const command = new Command('x').addOption(engineOption()).addOption(maxMinutesOption())
    const before = Date.now()
    command.parse(['--engine', 'webgpu', '--max-minutes', '1.5'], { from: 'user' })
    const { settings, pause } = readTrainingOptions(command.opts())
    expect(settings).toEqual(['engine=webgpu'])
    expect(pause.deadline! - before).toBeGreaterThanOrEqual(90_000)
    expect(pause.deadline! - before).toBeLessThan(120_000)
  })

  it('leave everything as it is when they are not there', () => {
    expect(readTrainingOptions({})).toEqual({ settings: [], pause: {} })
  })
})

describe('integerOption', () => {
  it('takes whole numbers from the smallest on', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (value, smallest) => {
        const parse = integerOption('--n', smallest)
        if (value >= smallest) expect(parse(String(value))).toBe(value)
        else expect(() => parse(String(value))).toThrow(invalid('--n', String(value)))
      }),
    )
  })

  it.each(['', ' ', 'many', '1.5', 'NaN', 'Infinity', '2 3'])('refuses %j', (text) => {
    expect(() => integerOption('--seed', 0)(text)).toThrow(invalid('--seed', text))
  })
})

describe('numberOption', () => {
  it('takes numbers from the smallest on', () => {
    expect(numberOption('--tr', 0.1)('2')).toBe(2)
    expect(numberOption('--tr', 0.1)('0.72')).toBe(0.72)
    expect(() => numberOption('--tr', 0.1)('0.05')).toThrow(invalid('--tr', '0.05'))
  })

  it.each(['', ' ', 'fast', 'NaN', 'Infinity', '1,5'])('refuses %j', (text) => {
    expect(() => numberOption('--effect', 0)(text)).toThrow(invalid('--effect', text))
  })
})

describe('options of several commands', () => {
  const parse = (...argv: string[]): Record<string, unknown> =>
    new Command()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
      .addOption(setOption())
      .addOption(logFormatOption())
      .parse(argv, { from: 'user' })
      .opts()

  it('--set may be given as often as needed', () => {
    expect(parse('--set', 'a=1', '--set', 'b=x=y').set).toEqual(['a=1', 'b=x=y'])
    expect(parse().set).toEqual([])
  })

  it('--log-format is for people unless told otherwise', () => {
    expect(parse().logFormat).toBe('text')
    expect(parse('--log-format', 'json').logFormat).toBe('json')
    expect(() => parse('--log-format', 'xml')).toThrow(/Allowed choices are text, json/)
  })
})

it('defaultJobs is the number of cores, at most 8', () => {
  expect(defaultJobs()).toBe(Math.min(8, availableParallelism()))
})

describe('the cores of a Slurm job', () => {
  it.each([
    ['3', 3],
    [undefined, undefined],
    ['', undefined],
    ['0', undefined],
    ['many', undefined],
  ])('are %j as %j', (text, expected) => {
    vi.stubEnv('SLURM_CPUS_PER_TASK', text)
    expect(allottedCpus()).toBe(expected)
    if (expected !== undefined) expect(defaultJobs()).toBe(expected)
    else expect(defaultJobs()).toBeGreaterThan(0)
    vi.unstubAllEnvs()
  })
})
