/** `limbic demo`: the main job on simulated data with known truth, from raw volumes to a decoder that answers volume by volume. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import type { Emit } from '../../core/events.ts'
import type { Report } from '../../core/schemas/report.ts'
import { formatHeadline, formatReportText } from '../../evaluate/report/index.ts'
import { runInProcess } from '../../executors/in-process.ts'
import { createPool } from '../../executors/pool.ts'
import {
  openSubjectStream,
  streamSubject,
  type StreamResult,
  type SubjectStream,
} from '../../pipeline/bundle/stream-subject.ts'
import { trainBundle } from '../../pipeline/bundle/train-bundle.ts'
import { loadPipeline } from '../../pipeline/load.ts'
import { runPipeline } from '../../pipeline/run.ts'
import { rehearse, type Rehearsal } from '../../realtime/rehearse.ts'
import { defaultSimulateOptions, simulateDataset } from '../../simulate/index.ts'
import { defaultJobs, integerOption, logFormatOption } from '../options.ts'
import { createReporter } from '../progress.ts'

interface DemoOptions {
  out: string
  seed: number
  jobs: number
  logFormat: 'text' | 'json'
}

/**
 * The `demo` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'simulate, evaluate across subjects, train a decoder, and decode a run as it comes from a scanner',
    )
    .option('--out <dir>', 'where everything goes', 'limbic-demo')
    .option('--seed <n>', 'seed of data and training', integerOption('--seed', 0), 0)
    .option('--jobs <n>', 'folds at a time', integerOption('--jobs', 1), defaultJobs())
    .addOption(logFormatOption())
    .action(demoAction)
}

async function demoAction({ out, seed, jobs, logFormat }: DemoOptions): Promise<void> {
  const started = performance.now()
  const bids = join(out, 'bids')
  const emit = createReporter(logFormat, out)

  say(`1. Simulating 8 subjects with known truth in ${bids}`)
  await rm(bids, { recursive: true, force: true })
  const simulated = await simulateDataset(bids, { ...defaultSimulateOptions, seed }, emit)

  say('2. Evaluating the 1D CNN across subjects, strictly: cnn1d-loso')
  const report = await evaluate(bids, out, seed, jobs, emit)
  say(formatReportText(report))

  const heldOut = simulated.subjects.at(-1) ?? ''
  say(
    `3. Training a frozen decoder without sub-${heldOut}, and decoding that subject's runs volume by volume`,
  )
  const stream = await trainAndOpen(bids, out, seed, heldOut, emit)
  say(formatStream(heldOut, await streamSubject(stream)))

  say(
    `4. Playing a run of sub-${heldOut} into a folder as a scanner would, a volume every ${rehearsalIntervalMs} ms, beside a real-time session`,
  )
  say(formatRehearsal(await rehearseFirstRun(stream, join(out, 'realtime'))))

  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  say(
    `Done in ${seconds} s.\n${formatHeadline(report)}\nreport: ${join(out, 'run', 'report.html')}`,
  )
}

async function evaluate(
  bids: string,
  out: string,
  seed: number,
  jobs: number,
  emit: Emit,
): Promise<Report> {
  return runPipeline({
    pipeline: await loadPipeline('cnn1d-loso', [
      `seed=${seed}`,
      // A demonstration is short: two of the baselines will do.
      'classify.baselines=[nearest-centroid, lda]',
    ]),
    bids,
    out: join(out, 'run'),
    resume: true,
    execute: jobs === 1 ? runInProcess : createPool(jobs),
    emit,
  })
}

async function trainAndOpen(
  bids: string,
  out: string,
  seed: number,
  heldOut: string,
  emit: Emit,
): Promise<SubjectStream> {
  const dir = join(out, 'decoder')
  const overrides = [`seed=${seed}`, `data.exclude=["${heldOut}"]`]
  const pipeline = await loadPipeline('cnn1d-loso', overrides)
  await trainBundle({ pipeline, bids, out: dir, emit })
  return openSubjectStream(join(dir, 'bundle'), bids, heldOut, join(dir, 'cache'), emit)
}

/** Twenty times the pace of a scanner with a TR of 2 s. */
const rehearsalIntervalMs = 100

function rehearseFirstRun(
  { bundle, calibration, runs }: SubjectStream,
  dir: string,
): Promise<Rehearsal> {
  const image = runs[0]?.image ?? ''
  return rehearse({ bundle, calibration, image, dir, intervalMs: rehearsalIntervalMs })
}

function formatStream(subject: string, { nVolumes, accuracy, latencyMs }: StreamResult): string {
  return `sub-${subject}: ${nVolumes} volumes one by one, accuracy ${accuracy.toFixed(3)}; latency p50 ${latencyMs.p50.toFixed(2)} ms, p95 ${latencyMs.p95.toFixed(2)} ms`
}

function formatRehearsal({ summary, nSent, nReplayed }: Rehearsal): string {
  const { counts, latencyMs, error, dir } = summary
  if (error !== null) return `the session ended with ${error.code}: ${error.message}`
  const latency =
    latencyMs === null
      ? 'no latency'
      : `from complete file to feedback p50 ${latencyMs.p50.toFixed(1)} ms, p95 ${latencyMs.p95.toFixed(1)} ms, max ${latencyMs.max.toFixed(1)} ms`
  return [
    `${nSent} volumes sent, ${counts.feedback} with feedback, ${counts.lost} lost; ${latency}`,
    `replayed: ${nReplayed} messages the same to the last byte; session: ${dir}`,
  ].join('\n')
}

function say(text: string): void {
  process.stdout.write(`${text}\n\n`)
}
