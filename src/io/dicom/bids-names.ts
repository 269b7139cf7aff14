/** Series of a DICOM folder -> which are functional runs, and what their files are called in BIDS. */
import { createFinding, type Finding } from '../../core/errors/index.ts'
import { seriesName } from './frame-refs.ts'
import type { DicomSeriesInfo } from './types.ts'

export interface BidsNameOptions {
  /** BIDS labels, with or without their prefix; anything but letters and digits is dropped. */
  readonly subject: string
  readonly session?: string
  /** Default: from the name of the series. */
  readonly task?: string
  /** Number of the first run; default none for a single run, else 1. */
  readonly run?: number
}

/** A series, and the place of its image below the dataset, without extension. */
export interface NamedSeries<S extends DicomSeriesInfo> {
  readonly series: S
  readonly task: string
  /** `sub-01/func/sub-01_task-faces_bold` */
  readonly stem: string
}

/**
 * Names the functional runs among some series.
 *
 * @param all - The series of a folder, in order.
 * @param options - Labels.
 * @returns The functional runs with their names, and for each other series why it is none.
 * @throws Never.
 */
export function nameSeries<S extends DicomSeriesInfo>(
  all: readonly S[],
  options: BidsNameOptions,
): { named: NamedSeries<S>[]; findings: Finding[] } {
  const findings: Finding[] = []
  const functional = all.filter((series) => {
    const why = reasonAgainst(series)
    if (why !== undefined)
      findings.push(
        createFinding('warning', 'DICOM_NOT_CONVERTED', { series: seriesName(series.header), why }),
      )
    return why === undefined
  })
  const runs = groupRuns(functional, options)
  const named = runs.flatMap((run) => {
    const number = runNumberOf(run, runs, options)
    return run.echoes.map((series, echo) => ({
      series,
      task: run.task,
      stem: stemOf(options, run.task, number, run.echoes.length > 1 ? echo + 1 : undefined),
    }))
  })
  return { named, findings }
}

/**
 * A text as a BIDS label.
 *
 * @param text - Any text.
 * @param entity - The entity whose prefix is dropped, as `sub`.
 * @returns Its letters and digits; empty when it has none.
 * @throws Never.
 * @example
 * const label = bidsLabel('sub-AB_01', 'sub') // label = 'AB01'
 */
export function bidsLabel(text: string, entity: string): string {
  return text.replace(new RegExp(`^${entity}-`), '').replace(/[^A-Za-z0-9]/g, '')
}

function reasonAgainst(series: DicomSeriesInfo): string | undefined {
  const { header, kind, nVolumes, findings } = series
  if (kind !== 'magnitude') return `${kind} images (a field map or a phase series)`
  if (header.isDiffusion) return 'diffusion images'
  if (header.isDerived) return 'images derived from others'
  if (header.imageType.includes('MOCO')) return "the scanner's own motion-corrected copy"
  const unsplit = findings.find(({ code }) => code === 'DICOM_MOSAIC_UNSPLIT')
  if (unsplit !== undefined) return 'mosaics that were not split'
  return nVolumes < 2 ? 'a single volume' : undefined
}

interface Run<S> {
  readonly task: string
  readonly key: string
  /** Shortest echo first. */
  readonly echoes: S[]
}

function groupRuns<S extends DicomSeriesInfo>(
  all: readonly S[],
  options: BidsNameOptions,
): Run<S>[] {
  const runs: Run<S>[] = []
  for (const series of all) {
    const key = series.header.seriesKey
    const run = runs.find((other) => other.key === key)
    if (run === undefined) runs.push({ task: taskOf(series, options), key, echoes: [series] })
    else run.echoes.push(series)
  }
  for (const { echoes } of runs)
    echoes.sort((a, b) => (a.echoTimeSeconds ?? 0) - (b.echoTimeSeconds ?? 0))
  return runs
}

/** Scanner operators write `func_task-faces_run-01`, or plain names such as `ep2d_bold`. */
function taskOf({ header }: DicomSeriesInfo, { task }: BidsNameOptions): string {
  if (task !== undefined) return bidsLabel(task, 'task')
  const name = header.seriesDescription ?? header.protocolName ?? ''
  const stated = /task-([A-Za-z0-9]+)/.exec(name)?.[1]
  return stated ?? (bidsLabel(name, 'task') || 'unknown')
}

function runNumberOf<S>(
  run: Run<S>,
  runs: readonly Run<S>[],
  options: BidsNameOptions,
): number | undefined {
  const ofTask = runs.filter(({ task }) => task === run.task)
  if (ofTask.length === 1 && options.run === undefined) return undefined
  return (options.run ?? 1) + ofTask.indexOf(run)
}

function stemOf(
  { subject, session }: BidsNameOptions,
  task: string,
  run: number | undefined,
  echo: number | undefined,
): string {
  const sub = `sub-${bidsLabel(subject, 'sub')}`
  const ses = session === undefined ? undefined : `ses-${bidsLabel(session, 'ses')}`
  const entities = [
    sub,
    ses,
    `task-${task}`,
    run === undefined ? undefined : `run-${run}`,
    echo === undefined ? undefined : `echo-${echo}`,
    'bold',
  ]
  const name = entities.filter((entity) => entity !== undefined).join('_')
  return [sub, ses, 'func', name].filter((part) => part !== undefined).join('/')
}
