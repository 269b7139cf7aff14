/** The main job as a user runs it: simulate, evaluate, train, predict; killed and resumed; with one worker and with two. */
import { readFileSync, readdirSync, writeFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reportSchema, type Report } from '../../src/core/schemas/report.ts'
import { limbic, startLimbic, temporaryFolder } from './_cli.ts'

const { dir, remove } = temporaryFolder()
const bids = join(dir, 'bids')
const settings = ['--set', 'classify.options.epochs=3', '--set', 'classify.baselines=[lda]']

beforeAll(async () => {
  const result = await limbic('simulate', bids, '--subjects', '5', '--seed', '3')
  expect(result.code, result.stderr).toBe(0)
})
afterAll(remove)

const run = (out: string, ...args: string[]): ReturnType<typeof limbic> =>
  limbic('run', 'cnn1d-loso', '--bids', bids, '--out', join(dir, out), ...settings, ...args)

const readText = (...parts: string[]): string => readFileSync(join(dir, ...parts), 'utf8')
const readReport = (out: string): Report =>
  reportSchema.parse(JSON.parse(readText(out, 'report.json')))

describe('the main job', () => {
  it('decodes across subjects, well above unaligned and below the oracle', async () => {
    const result = await run('one', '--jobs', '1')
    expect(result.code, result.stderr).toBe(0)
    const report = readReport('one')
    expect(report.folds.map(({ subject }) => subject)).toEqual(['01', '02', '03', '04', '05'])
    const { summary, unaligned, oracle } = report
    expect(summary!.accuracy.mean).toBeGreaterThan(0.75)
    expect(summary!.accuracy.mean).toBeLessThan(oracle!.accuracy)
    expect(unaligned!.accuracy.mean).toBeLessThan(summary!.accuracy.mean - 0.2)
    expect(report.leaks).toEqual([])
    expect(readText('one', 'report.html')).toContain('<svg')
    expect(result.stdout).toContain(formatProportion(summary!.accuracy.mean))
  })

  it('gives the same bytes with two workers', async () => {
    const result = await run('two', '--jobs', '2')
    expect(result.code, result.stderr).toBe(0)
    expect(readText('two', 'report.json')).toBe(readText('one', 'report.json'))
  })

  it('resumes after kill -9 to the same bytes', async () => {
    const killed = startLimbic(
      'run',
      'cnn1d-loso',
      '--bids',
      bids,
      '--out',
      join(dir, 'killed'),
      ...settings,
      '--jobs',
      '1',
    )
    await until(() => foldsIn('killed') >= 1)
    killed.kill()
    await killed.ended
    expect(existsSync(join(dir, 'killed', 'report.json'))).toBe(false)
    const finished = foldsIn('killed')
    expect(finished).toBeGreaterThan(0)
    const resumed = await run('killed', '--jobs', '1', '--log-format', 'json')
    expect(resumed.code, resumed.stderr).toBe(0)
    expect(readText('killed', 'report.json')).toBe(readText('one', 'report.json'))
    const hits = events(resumed.stderr).filter(
      (event) => event.type === 'cache' && event.stage === 'fold' && event.hit,
    )
    expect(hits.length).toBeGreaterThanOrEqual(finished)
  })

  it('redoes selection and later, not the reading, when k changes', async () => {
    const result = await run(
      'killed',
      '--resume',
      '--set',
      'select.k=150',
      '--jobs',
      '1',
      '--log-format',
      'json',
    )
    expect(result.code, result.stderr).toBe(0)
    const cache = events(result.stderr).filter((event) => event.type === 'cache')
    const of = (stage: string): unknown[] =>
      cache.filter((event) => event.stage === stage).map((event) => event.hit)
    expect(of('mask').every(Boolean)).toBe(true)
    expect(of('anova').every(Boolean)).toBe(true)
    expect(of('population').some(Boolean)).toBe(false)
  })

  it('refuses to write into the results of another run', async () => {
    const result = await run('one', '--set', 'seed=9')
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('RUN_DIRECTORY_TAKEN')
  })

  it('prints a report again', async () => {
    const result = await limbic('report', join(dir, 'one'))
    expect(result.code, result.stderr).toBe(0)
    expect(result.stdout).toContain(formatProportion(readReport('one').summary!.accuracy.mean))
  })
})

describe('a frozen decoder', () => {
  const bold = (subject: string): string =>
    join(bids, `sub-${subject}`, 'func', `sub-${subject}_task-emotion_run-1_bold.nii.gz`)
  const bundle = join(dir, 'decoder', 'bundle')

  beforeAll(async () => {
    const result = await limbic(
      'train',
      'cnn1d-loso',
      '--bids',
      bids,
      '--out',
      join(dir, 'decoder'),
      ...settings,
      '--set',
      'data.exclude=["05"]',
    )
    expect(result.code, result.stderr).toBe(0)
  })

  it('gives one row of probabilities per volume', async () => {
    const result = await limbic('predict', bundle, bold('01'), '--json')
    expect(result.code, result.stderr).toBe(0)
    const rows = result.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row)
    expect(rows.map(({ volume }) => volume)).toEqual(Array.from({ length: 153 }, (_, i) => i))
    for (const { probabilities, class: best } of rows) {
      const values = Object.values(probabilities)
      expect(values.reduce((a, b) => a + b)).toBeCloseTo(1, 9)
      expect(probabilities[best]).toBe(Math.max(...values))
    }
  })

  it('needs calibration runs for a subject it has never seen, and takes them', async () => {
    const refused = await limbic('predict', bundle, bold('05'))
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('BUNDLE_SUBJECT_UNKNOWN')
    const result = await limbic('predict', bundle, bold('05'), '--calibration', bids)
    expect(result.code, result.stderr).toBe(0)
    expect(result.stdout.trim().split('\n')).toHaveLength(1 + 153)
  })

  it('is refused when a byte has changed', async () => {
    const file = join(bundle, 'subjects', readdirSync(join(bundle, 'subjects'))[0]!)
    const bytes = readFileSync(file)
    const changed = Buffer.from(bytes)
    changed[changed.length - 1]! ^= 1
    writeFileSync(file, changed)
    const result = await limbic('predict', bundle, bold('02'))
    writeFileSync(file, bytes)
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('BUNDLE_HASH_MISMATCH')
    expect(result.stderr).toContain('Try: ')
  })

  it('refuses an image on another grid', async () => {
    const other = join(dir, 'other')
    await limbic('simulate', other, '--subjects', '1', '--shape', '12,12,8', '--volumes', '81')
    const image = join(other, 'sub-01', 'func', 'sub-01_task-emotion_run-1_bold.nii.gz')
    const result = await limbic('predict', bundle, image)
    expect(result.stderr).toContain('BUNDLE_GRID_MISMATCH')
  })
})

interface Row {
  readonly volume: number
  readonly class: string
  readonly probabilities: Readonly<Record<string, number>>
}

/** As the report writes it: .89 */
function formatProportion(value: number): string {
  return value.toFixed(2).slice(1)
}

function foldsIn(out: string): number {
  const folds = join(dir, out, 'folds')
  return existsSync(folds) ? readdirSync(folds).filter((name) => name.endsWith('.json')).length : 0
}

function events(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 6000 && !condition(); i++) await sleep(20)
  expect(condition()).toBe(true)
}
