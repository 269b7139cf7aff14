/** `limbic bench`: how long the pieces of a run take on this machine, each in a process of its own. */
import { Command } from 'commander'
import type { RealtimeCase } from '../../../bench/realtime-cases.ts'
import type { RealtimeMeasurement } from '../../../bench/realtime.ts'
import { exitCodes } from '../exit-codes.ts'
import { integerOption } from '../options.ts'

interface BenchOptions {
  readonly json: boolean
  readonly threads: number
  readonly list: boolean
  readonly volumes: number
  readonly interval: number
}

/**
 * The `bench` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function benchCommand(): Command {
  return new Command('bench')
    .description('time the pieces of a run on this machine')
    .argument('[names...]', 'workloads; all of them when none is named')
    .option('--json', 'one line of JSON per workload', false)
    .option('--threads <n>', 'threads that a workload may use', integerOption('--threads', 1), 1)
    .option('--list', 'name the workloads and stop', false)
    .option(
      '--volumes <n>',
      'length of the run of `realtime`, the latency from file to feedback',
      integerOption('--volumes', 1),
      500,
    )
    .option(
      '--interval <ms>',
      'time between the volumes of `realtime`',
      integerOption('--interval', 1),
      250,
    )
    .action(runBench)
}

async function runBench(given: readonly string[], options: BenchOptions): Promise<void> {
  const { json, threads, list } = options
  const { findWorkload, measureInChild, workloadNames } = await import('../../../bench/index.ts')
  const { realtimeCases } = await import('../../../bench/realtime-cases.ts')
  if (list) {
    const names = [...workloadNames, ...realtimeCases.map(({ name }) => name)]
    process.stdout.write(names.map((name) => `${name}\n`).join(''))
    return
  }
  const chosen = realtimeCases.filter(
    ({ name }) => given.includes(name) || given.includes(realtime),
  )
  const names = given.filter(
    (name) => name !== realtime && !chosen.some((one) => one.name === name),
  )
  for (const name of names) await findWorkload(name) // a wrong name is told before the first measurement
  for (const one of chosen) await runRealtime(one, options)
  for (const name of given.length === 0 ? workloadNames : names) {
    try {
      const measured = await measureInChild(name, threads)
      process.stdout.write(json ? `${JSON.stringify(measured)}\n` : formatMeasurement(measured))
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
      process.exitCode = exitCodes.bug
    }
  }
}

/** All of the runs that are played from file to feedback: minutes, and distributions. */
const realtime = 'realtime'

async function runRealtime(
  one: RealtimeCase,
  { json, volumes, interval }: BenchOptions,
): Promise<void> {
  const { measureRealtime } = await import('../../../bench/realtime.ts')
  const measured = await measureRealtime(one, volumes, interval)
  process.stdout.write(
    json
      ? `${JSON.stringify(measured)}
`
      : formatLatency(measured),
  )
}

function formatLatency(measured: RealtimeMeasurement): string {
  const { name, nVolumes, intervalMs, nWithoutFeedback, latencyMs, partsMs, targetMs } = measured
  const words = (stats: RealtimeMeasurement['latencyMs']): string =>
    (['p50', 'p95', 'p99', 'max'] as const)
      .map((key) => `${key} ${stats[key].toFixed(1).padStart(6)}`)
      .join('  ')
  const targets = Object.entries(targetMs).map(([key, ms]) => `${key} <= ${ms}`)
  const memory = measured.residentMb.map(({ volume, mb }) => `${mb} after ${volume}`)
  return [
    `${name}: ${nVolumes} volumes every ${intervalMs} ms, ${nWithoutFeedback} without feedback`,
    `  file to WebSocket   ${words(latencyMs)} ms   (${targets.join(', ')})`,
    `    read and decoded  ${words(partsMs.decoded)} ms`,
    `    written           ${words(partsMs.logged)} ms`,
    `    before and after  ${words(partsMs.outside)} ms`,
    `  resident memory     ${memory.join(', ')} MB`,
    '',
  ].join('\n')
}

function formatMeasurement(m: {
  readonly name: string
  readonly medianSeconds: number
  readonly cpuSeconds: number
  readonly peakMb: number
}): string {
  const seconds = (value: number): string => value.toFixed(4).padStart(9)
  return `${m.name.padEnd(22)} ${seconds(m.medianSeconds)} s  cpu ${seconds(m.cpuSeconds)} s  ${String(m.peakMb).padStart(6)} MB\n`
}
