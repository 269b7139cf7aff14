/** Permutations on a cluster, with everything going wrong that goes wrong on clusters: nothing is lost, nothing is done twice. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reportSchema } from '../../src/core/schemas/report.ts'
import { limbic, temporaryFolder, type CliResult } from './_cli.ts'
import { hasSlurm, startCluster, type TestCluster } from './_slurm.ts'

const launcher = fileURLToPath(new URL('../../src/cli/launch.mjs', import.meta.url))
const nFolds = 11
const nPermutations = 20
const pipelineText = `
name: on-a-cluster
steps:
  - stage: data
  - stage: label
    classes: { negative: [negative], neutral: [neutral] }
    rest: rest
  - stage: select
    k: 40
  - stage: align
    method: hyperalignment
    components: 8
  - stage: classify
    model: lda
    baselines: [nearest-centroid]
    innerSubjects: 0
  - stage: evaluate
    unaligned: false
    zeroShot: false
`

describe.skipIf(!hasSlurm)('two Slurm nodes (as root, with slurm-wlm and munge)', () => {
  const { dir, remove } = temporaryFolder()
  const bids = join(dir, 'bids')
  const pipeline = join(dir, 'pipeline.yaml')
  const out = join(dir, 'cluster')
  let cluster: TestCluster

  beforeAll(async () => {
    const folder = join(dir, 'slurm')
    mkdirSync(folder)
    cluster = await startCluster(folder)
    writeFileSync(pipeline, pipelineText)
    const simulated = await limbic(
      ...['simulate', bids, '--subjects', `${nFolds}`, '--shape', '10,10,8', '--volumes', '81'],
    )
    expect(simulated.code, simulated.stderr).toBe(0)
  })
  afterAll(async () => {
    await cluster?.stop()
    remove()
  })

  const run = (to: string, ...args: readonly string[]): Promise<CliResult> =>
    start(
      'run',
      pipeline,
      '--bids',
      bids,
      '--out',
      to,
      '--permutations',
      `${nPermutations}`,
      ...args,
    )

  /** As `limbic`, with the commands of Slurm talking to the cluster of the test. */
  function start(...args: readonly string[]): Promise<CliResult> {
    const child = spawn(process.execPath, [launcher, ...args], { env: cluster.env })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
  }

  it('do 11 folds of 20 permutations, though a task is killed and a node is lost', async () => {
    const running = run(out, '--executor', 'slurm', '--chunk', '11', '--log-format', 'json')
    const firstTask = await until(
      () => cluster.jobProcesses('n1')[0],
      () => nResults(out) > 12,
    )
    process.kill(firstTask, 'SIGKILL')
    await until(
      () => cluster.jobProcesses('n2')[0],
      () => nResults(out) > 30,
    )
    cluster.killNode('n2')
    const early = listResults(out)
    expect(early.size).toBeLessThan(nFolds * (nPermutations + 1))

    const partial = await start('collect', out)
    expect(partial.code, partial.stderr).toBe(75)
    expect(partial.stdout).toMatch(/missing: \d+ of 231 tasks/)
    reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')))

    const hastening = setInterval(cluster.hasten, 1000)
    const { code, stderr } = await running.finally(() => clearInterval(hastening))
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('Submitted again: ')
    const results = listResults(out)
    expect(results.size).toBe(nFolds * (nPermutations + 1))
    for (const [name, written] of early) expect(results.get(name), name).toBe(written)
    expect(computedTwice(out)).toEqual([])
  }, 300_000)

  it('gave the very bytes that one process gives', async () => {
    const alone = join(dir, 'alone')
    const { code, stderr } = await run(alone, '--jobs', '2')
    expect(code, stderr).toBe(0)
    const report = readFileSync(join(alone, 'report.json'), 'utf8')
    expect(reportSchema.parse(JSON.parse(report)).permutation!.n).toBe(nPermutations)
    expect(readFileSync(join(out, 'report.json'), 'utf8')).toBe(report)
    const collected = await start('collect', out)
    expect(collected.code, collected.stderr).toBe(0)
    expect(readFileSync(join(out, 'report.json'), 'utf8')).toBe(report)
  })

  it('are told of in words when a job cannot be submitted', async () => {
    const { code, stderr } = await run(
      ...[join(dir, 'refused'), '--executor', 'slurm', '--partition', 'nowhere'],
    )
    expect(code).toBe(1)
    expect(stderr).toContain('SLURM_COMMAND_FAILED')
    expect(stderr).toContain('invalid partition')
    expect(execFileSync('squeue', ['-h'], { env: cluster.env, encoding: 'utf8' })).toBe('')
  })
})

function nResults(run: string): number {
  return listResults(run).size
}

/** Name of each result -> what a second writing would change. */
function listResults(run: string): Map<string, string> {
  const folder = join(run, 'results')
  try {
    return new Map(
      readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .map((name) => {
          const { ino, mtimeMs } = statSync(join(folder, name))
          return [name, `${ino} ${mtimeMs}`]
        }),
    )
  } catch {
    return new Map()
  }
}

/** Tasks that elements say to have computed more than once, over all logs. */
function computedTwice(run: string): string[] {
  const folder = join(run, 'slurm')
  const computed = readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line.startsWith('computed '))
  expect(computed.length).toBeGreaterThan(200)
  return computed.filter((line, i) => computed.indexOf(line) !== i)
}

/** Waits until both hold; gives what the first one found. */
async function until<T>(find: () => T | undefined, also: () => boolean): Promise<T> {
  for (let i = 0; i < 2400; i++) {
    const found = also() ? find() : undefined
    if (found !== undefined) return found
    await sleep(50)
  }
  throw new Error('it did not come to this')
}
